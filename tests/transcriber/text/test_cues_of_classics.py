"""Subtitles of real prose in six scripts: the openings of books in the public domain, read at a steady pace.

Poems and old spellings have plain marks here.
"""

import re
from itertools import pairwise

import pytest

from tests.support.transcriber.subtitles import over_the_limits, segment, width
from transcriber.schemas import Cue, CueLayout, Segment, Word
from transcriber.text.cues import cues

PROSE = {
    "en": "Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in my purse, and "
    "nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of the "
    "world. It is a way I have of driving off the spleen and regulating the circulation. "
    "Emma Woodhouse, handsome, clever, and rich, with a comfortable home and "
    "happy disposition, seemed to unite some of the best blessings of existence.",  # Melville, Moby-Dick; Austen, Emma
    "ru": "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. Всё смешалось "
    "в доме Облонских. Жена узнала, что муж был в связи с бывшею в их доме француженкою-гувернанткой, и объявила "
    "мужу, что не может жить с ним в одном доме. "
    "Алексей Федорович Карамазов был третьим сыном помещика нашего уезда Федора Павловича "
    "Карамазова, столь известного в свое время.",  # Tolstoy, Anna Karenina; Dostoevsky, The Brothers Karamazov
    "el": "Άνδρα μοι έννεπε, Μούσα, πολύτροπον, ος μάλα πολλά πλάγχθη, επεί Τροίης ιερόν πτολίεθρον έπερσε. Πολλών δ' "
    "ανθρώπων ίδεν άστεα και νόον έγνω, πολλά δ' ο γ' εν πόντω πάθεν άλγεα ον κατά θυμόν.",  # Homer, Odyssey
    "zh": "话说天下大势，分久必合，合久必分。周末七国分争，并入于秦；及秦灭之后，楚、汉分争，又并入于汉。"
    "汉朝自高祖斩白蛇而起义，一统天下，后来光武中兴，传至献帝，遂分为三国。",  # Romance of the Three Kingdoms
    "ja": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所で"
    "ニャーニャー泣いていた事だけは記憶している。吾輩はここで始めて人間というものを見た。",  # Soseki, I Am a Cat
    "ko": "나 보기가 역겨워 가실 때에는 말없이 고이 보내 드리우리다. 영변에 약산 진달래꽃, 아름 따다 가실 길에 "
    "뿌리우리다. 가시는 걸음 걸음 놓인 그 꽃을, 사뿐히 즈려밟고 가시옵소서.",  # Kim Sowol, Azaleas
}
NAMES = {
    "en": ["Emma Woodhouse"],
    "ru": ["Алексей Федорович Карамазов", "Федора Павловича Карамазова"],
    "zh": ["高祖", "光武", "献帝"],
    "ja": ["吾輩"],
    "ko": ["약산 진달래꽃"],
}
TOO_LONG = {  # the first parts of the only clauses that do not fit two lines
    "ru": ["Алексей Федорович Карамазов был третьим сыном помещика нашего уезда"],
    "ja": ["何でも薄暗いじめじめした所で"],
}
SPACELESS = ("zh", "ja")
CHARACTERS_A_SECOND = {"zh": 5.0, "ja": 7.0, "ko": 7.0}
CLAUSE_PAUSE_S, SENTENCE_PAUSE_S = 0.2, 0.6
CLAUSE_END, SENTENCE_END = ",;:，；、", ".!?。"
NEVER_FIRST = CLAUSE_END + SENTENCE_END


def read_aloud(language: str) -> list[Segment]:
    """A segment a sentence, as transcripts have them; a pause after each mark."""
    text, at, made = PROSE[language], 0.0, list[Segment]()
    for sentence in re.findall(rf"[^{SENTENCE_END}]+[{SENTENCE_END}]", text):
        said: list[Word] = []
        for token in re.findall(r"\S[，；、。]?" if language in SPACELESS else r" ?\S+", sentence):
            end = at + len(token) / CHARACTERS_A_SECOND.get(language, 14.0)
            said.append(Word(start=round(at, 3), end=round(end, 3), word=token, probability=0.9))
            at = end + CLAUSE_PAUSE_S * (token[-1] in CLAUSE_END)
        at += SENTENCE_PAUSE_S
        made.append(segment(sentence.strip(), said[0].start, said[-1].end, *said))
    return made


def subtitles(language: str) -> tuple[Cue, ...]:
    segments = read_aloud(language)
    return cues(segments, CueLayout(), segments[-1].end + 2)


def whole(cue: Cue, language: str) -> str:
    """A cue's text, whatever its lines."""
    return ("" if language in SPACELESS else " ").join(cue.lines)


each_language = pytest.mark.parametrize("language", PROSE)


@each_language
def test_all_of_the_prose_is_shown_in_order(language: str) -> None:
    shown = "".join(whole(cue, language) for cue in subtitles(language))
    assert shown.replace(" ", "") == PROSE[language].replace(" ", "")


@each_language
def test_no_cue_is_over_a_limit(language: str) -> None:
    made = subtitles(language)
    assert over_the_limits(made) == []
    assert max(width(line) for cue in made for line in cue.lines) <= 1
    assert all(before.end <= after.start for before, after in pairwise(made))


@each_language
def test_no_line_begins_with_its_punctuation(language: str) -> None:
    assert [line for cue in subtitles(language) for line in cue.lines if line[0] in NEVER_FIRST] == []


@each_language
def test_cues_end_at_marks_and_no_cue_is_a_word_alone(language: str) -> None:
    made = [whole(cue, language) for cue in subtitles(language)]
    assert [text for text in made if text[-1] not in NEVER_FIRST] == TOO_LONG.get(language, [])
    alone = [text for text in made if len(text if language in SPACELESS else text.split()) < 2]
    assert alone == []


@pytest.mark.parametrize("language", NAMES)
def test_no_name_is_cut(language: str) -> None:
    lines = [line for cue in subtitles(language) for line in cue.lines]
    for name in NAMES[language]:
        assert sum(line.count(name) for line in lines) == PROSE[language].count(name) > 0, name
