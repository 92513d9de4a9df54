"""How subtitles are cut: each rule in several languages and scripts. A bar in a text is a breath of 0.6 s."""

from itertools import pairwise

import pytest

from tests.support.transcriber.subtitles import cut, over_the_limits, segment, talk
from transcriber.schemas import CueLayout, Word
from transcriber.text.cues import cues

PLAIN = CueLayout()

SENTENCES = {
    "en": ("Memory is made of many small changes.", "Today we ask how they begin."),
    "de": ("Das Gedächtnis besteht aus Veränderungen.", "Heute fragen wir, wie sie beginnen."),
    "ru": ("Память складывается из малых изменений.", "Сегодня мы спросим, как они начинаются."),
    "ar": ("الذاكرة مكونة من تغيرات صغيرة كثيرة.", "هل نعرف اليوم كيف تبدأ كل هذه التغيرات؟"),
    "ja": ("記憶は小さな変化からできている。", "それがどう始まるかを見よう。"),
}


def first_cue(text: str) -> str:
    """The words of a talk's first cue, whatever its lines."""
    (lines, *_) = (cue.lines for cue in cues([talk(text)], PLAIN))
    return ("" if " " not in text else " ").join(lines)


@pytest.mark.parametrize("language", SENTENCES)
def test_a_cue_ends_where_a_sentence_ends(language: str) -> None:
    sentences = SENTENCES[language]
    assert cut(("" if language == "ja" else " ").join(sentences)) == list(sentences)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Whenever two neurons fire together often enough, the connection between them grows a little stronger",
            "Whenever two neurons fire together often enough,",
        ),
        (
            "Immer wenn zwei Nervenzellen zusammen feuern, wird die Verbindung zwischen ihnen ein wenig stärker sein",
            "Immer wenn zwei Nervenzellen zusammen feuern,",
        ),
        (
            "Quand deux neurones sont actifs au même moment, le lien qui les unit devient chaque fois un peu plus fort",
            "Quand deux neurones sont actifs au même moment,",
        ),
        (
            "Когда две нервные клетки работают вместе, связь между ними становится с каждым разом немного сильнее",
            "Когда две нервные клетки работают вместе,",
        ),
        (
            "عندما تعمل خليتان عصبيتان معا مرات كثيرة، تصبح الصلة بينهما أقوى قليلا مما كانت عليه قبل ذلك في الدماغ",
            "عندما تعمل خليتان عصبيتان معا مرات كثيرة،",
        ),
        (
            "二つの神経細胞が何度も同時に働くと、その間のつながりが少しずつ強くなっていく",
            "二つの神経細胞が何度も同時に働くと、",
        ),
    ],
)
def test_a_sentence_of_more_than_two_lines_is_cut_at_a_comma(text: str, expected: str) -> None:
    assert first_cue(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "the people who worked on this for so long | found in the end that they had been wrong about it",
            "the people who worked on this for so long",
        ),
        (
            "die Leute haben sehr lange daran gearbeitet | und am Ende gesehen dass alles ganz anders war",
            "die Leute haben sehr lange daran gearbeitet",
        ),
        (
            "les gens qui ont travaillé longtemps là-dessus | ont vu à la fin que tout était bien autrement",
            "les gens qui ont travaillé longtemps là-dessus",
        ),
        (
            "люди которые долго над этим работали | увидели в конце концов что всё было совсем иначе чем казалось",
            "люди которые долго над этим работали",
        ),
        (
            "الناس الذين عملوا على هذا وقتا طويلا | وجدوا في النهاية أن كل شيء كان مختلفا عما ظنوه في البداية",
            "الناس الذين عملوا على هذا وقتا طويلا",
        ),
        (
            "この研究を長く続けてきた人たちは|最後にすべてが違っていたことに気がついたのだった",
            "この研究を長く続けてきた人たちは",
        ),
    ],
)
def test_without_a_comma_it_is_cut_where_the_speaker_pauses_longest(text: str, expected: str) -> None:
    assert first_cue(text) == expected


NAMES = {
    "Rita Levi": "and for this the prize of that year went to Rita Levi Montalcini and to her friend Stanley Cohen",
    "Dr. Watson": "and nobody at the time had any idea who this young man called Dr. Watson really was or came from",
    "Rita Montalcini": "und in jenem Jahr erhielt den großen Preis dafür die Ärztin Rita Montalcini aus Italien",
    "Levi Montalcini": "et cette année-là le grand prix est allé à une femme de Turin, Levi Montalcini, et à un ami",
    "Рита Монтальчини": "и в тот год большую премию за это получила врач из Турина, которую звали Рита Монтальчини",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words_before", range(6))
def test_no_cut_and_no_line_break_is_inside_a_name(name: str, words_before: int) -> None:
    assert any(name in line for cue in cut("well " * words_before + NAMES[name]) for line in cue.split(" / "))


@pytest.mark.parametrize(
    "text",
    [
        "Est-ce que vous allez vraiment bien ce matin ? Oui ! Alors, dit-elle : « Commençons tout de suite ! » Bon .",
        "Il cria très fort à travers toute la salle : « Attention , la mémoire n'est pas un tiroir » ! Puis rien .",
        'He said " this is not a drawer " and he went on ( quite calmly ) for another hour ; nobody left the room !',
        "هل تعرفون ما هي الذاكرة حقا ؟ نعم ، نعرفها جيدا ؛ لكننا لا نعرف كيف تبدأ ولا كيف تنتهي في الدماغ !",
    ],
)
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str) -> None:
    for lead in ("", "a ", "a bc ", "a bc def ", "a bc def ghij ", "a bc def ghij klmno "):
        for line in (line for cue in cut(lead + text) for line in cue.split(" / ")):
            assert line[0] not in ".,;:!?»)،؛؟"
            assert line[-1] not in "«("


def test_japanese_marks_and_small_kana_begin_no_line() -> None:
    said = "「ちょっと待って」と彼はゆっくり言ったが、ニューロンのネットワークについてはもうチャンスがなかった。"
    for lead in ("", "あ", "ああ", "ああ、あ", "ああ、ああ"):
        for line in (line for cue in cut(lead + said) for line in cue.split(" / ")):
            assert line[0] not in "、。」ーっゃゅょッャュョ"
            assert line[-1] != "「"


@pytest.mark.parametrize(
    "text",
    [
        "And so my fellow Americans do not ask what your country can do for you today",
        "Und so meine lieben Leute fragt nicht was euer Land heute für euch tun kann bitte",
        "Итак мои дорогие друзья не спрашивайте что ваша страна может сделать для вас сегодня",
        "هكذا يا أصدقائي لا تسألوا عما يمكن أن يفعله بلدكم من أجلكم في هذا اليوم الجميل",
    ],
)
def test_no_line_and_no_cue_is_a_single_word(text: str) -> None:
    words = text.split()
    for count in range(3, len(words)):
        for line in (line for cue in cut(" ".join(words[:count])) for line in cue.split(" / ")):
            assert len(line.split()) > 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the lower of two lines should be the longer one", "the lower of two lines / should be the longer one"),
        ("we looked at the mice, and then at other men", "we looked at the mice, / and then at other men"),
        ("das ist der Grund, warum wir heute darüber reden", "das ist der Grund, / warum wir heute darüber reden"),
        ("мы посмотрели на мышей, а потом ещё и на людей", "мы посмотрели на мышей, / а потом ещё и на людей"),
        ("とても小さな変化から記憶ができている", "とても小さな変化から / 記憶ができている"),
    ],
)
def test_two_lines_are_broken_by_syntax_or_evenly(text: str, expected: str) -> None:
    assert cut(text) == [expected]


def test_what_fits_one_line_is_one_line() -> None:
    assert cut("exactly forty-two characters are one line") == ["exactly forty-two characters are one line"]


def test_short_sentences_share_a_cue_rather_than_flash_by() -> None:
    assert cut("No. Yes. Well then. Let us begin with the first of the three.") == [
        "No. Yes. Well then.",
        "Let us begin with the first of the three.",
    ]


def test_a_cue_stays_in_the_silence_after_it_until_it_can_be_read() -> None:
    quick = talk("These are fifty characters said in half a second.", 100)
    (cue,) = cues([quick], PLAIN)
    assert cue.end == pytest.approx(49 / 20)
    assert cues([segment("Hm.", 1.0, 1.1)], PLAIN)[0].end == 2.0


def test_but_never_over_the_next_cue_and_never_past_the_end_of_the_file() -> None:
    first, second = cues([segment("Hm.", 1.0, 1.1), segment("What did you say?", 4.0, 4.2)], PLAIN, 4.5)
    assert (first.end, second.end) == (2.0, 4.5)
    early, late = cues([talk("A rather long sentence said in a great hurry.", 90), segment("Yes.", 2.6, 4.0)], PLAIN)
    assert early.end == pytest.approx(45 / 20)
    assert early.end <= late.start


def test_slow_speech_is_cut_so_that_no_cue_stays_for_more_than_seven_seconds() -> None:
    made = cues([talk("and so we went on very slowly from word to word until the end", 4)], PLAIN)
    assert not over_the_limits(made)
    assert len(made) > 1


def test_no_cue_goes_through_a_long_silence() -> None:
    words = (Word(start=0, end=0.5, word=" so", probability=1), Word(start=5, end=5.5, word=" then", probability=1))
    assert [cue.start for cue in cues([segment("so then", 0, 5.5, *words)], PLAIN)] == [0, 5]


def test_text_from_right_to_left_is_left_as_it_is() -> None:
    said = "قال أحمد: «الذاكرة (memory) ليست درجا»، ثم مضى."
    assert " ".join(line for cue in cut(said) for line in cue.split(" / ")) == said


def test_segments_without_words_share_their_time_by_characters() -> None:
    said = "First there was a little word. Then came others, and all of them together made up quite a long sentence."
    made = cues([segment(said, 10.0, 17.0)], PLAIN)
    assert [" / ".join(cue.lines) for cue in made] == cut(said)
    assert made[0].start == 10.0
    assert made[-1].end == pytest.approx(17.0, abs=0.01)
    assert all(before.end <= after.start for before, after in pairwise(made))


def test_a_word_longer_than_a_line_is_cut_between_characters() -> None:
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    lines = [line for cue in cut("Eine " + word) for line in cue.split(" / ")]
    assert "".join(lines).replace("Eine", "").strip() == word
    assert all(len(line) <= 42 for line in lines)


def test_line_breaks_and_blanks_in_a_text_are_one_space() -> None:
    assert cues([segment("one\n\n two\u3000three", 0, 2)], PLAIN)[0].lines == ("one two three",)


def test_a_file_without_speech_has_no_cues() -> None:
    assert cues([], PLAIN, 9.0) == ()
    assert cues([segment("", 0, 1), segment(" ", 1, 1)], PLAIN) == ()


def test_words_without_length_still_make_cues_that_players_show() -> None:
    stuck = tuple(Word(start=3.0, end=3.0, word=f" word{number}", probability=0) for number in range(40))
    made = cues([segment("", 3, 3, *stuck)], PLAIN, 3.0)
    assert all(cue.end > cue.start for cue in made)
    assert all(before.end <= after.start for before, after in pairwise(made))
