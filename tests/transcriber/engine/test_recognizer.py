"""One batch: which rows are aligned, and what happens to times when the aligner cannot."""

import numpy as np
import pytest

from tests.support.transcriber.aligner import TEXT, Aligner
from tests.support.transcriber.fakes import FakeBackend, heard
from tests.support.transcriber.schedules import Request
from transcriber.audio.windows import SAMPLE_RATE, Span, Window
from transcriber.engine.recognizer import Recognizer
from transcriber.engine.scheduling.rows import Row
from transcriber.model.backend import Ask
from transcriber.model.quality import TEMPERATURES
from transcriber.text.segmenter import Heard
from transcriber.text.word_times import MIN_ALIGNED_S


def recognized(backend: FakeBackend, *asks: Ask, seconds: float = 10.0, speech_s: float = 0.0) -> list[Heard]:
    """What is final of one row for each of these."""
    sound = np.ones(int(seconds * SAMPLE_RATE), np.float32)
    window = Window(0, seconds, (Span(0, seconds, 0),), speech=((0, speech_s),) if speech_s else ())
    rows = [Row(Request(), window, backend.features(sound), ask, language="en") for ask in asks]
    return [found.heard for found in Recognizer(backend, 5).recognize(rows) if found.heard]


def test_rows_whose_times_nobody_sees_are_not_aligned_and_keep_their_words() -> None:
    backend = Aligner()
    found = recognized(backend, Ask(times=False), Ask())
    assert [bool(row) for row in backend.aligned[0][2]] == [False, True]
    assert "".join(word.text for word in found[0].words).strip() == TEXT
    recognized(backend, Ask(times=False))
    assert len(backend.aligned) == 1


def test_a_translation_whose_times_nobody_sees_is_not_aligned_however_little_it_says() -> None:
    """A transcript of so few words is, lest a sentence be missing; a translation is not heard again."""
    backend = Aligner()
    recognized(backend, Ask(task="translate", times=False), speech_s=10.0)
    assert backend.aligned == []
    recognized(backend, Ask(times=False), speech_s=10.0)
    assert len(backend.aligned) == 1


def test_each_language_and_task_is_aligned_once() -> None:
    backend = Aligner()
    recognized(backend, Ask(), Ask(task="translate"), Ask())
    assert [(task, [bool(row) for row in rows]) for _, task, rows in backend.aligned] == [
        ("transcribe", [True, False, True]),
        ("translate", [False, True, False]),
    ]


def test_where_the_aligner_fails_times_are_guessed_and_the_text_is_kept() -> None:
    backend = Aligner()
    backend.trouble_aligning = RuntimeError("no path")
    words = recognized(backend, Ask())[0].words
    assert "".join(word.text for word in words).strip() == TEXT
    assert (words[0].start, round(words[-1].end, 6)) == (0, 10)


def test_a_lost_device_is_no_matter_of_times() -> None:
    backend = Aligner()
    backend.trouble_aligning = RuntimeError("illegal memory access")
    with pytest.raises(RuntimeError, match="illegal memory access"):
        recognized(backend, Ask())


def test_a_window_of_a_frame_or_two_is_not_aligned() -> None:
    backend = Aligner()
    recognized(backend, Ask(), seconds=MIN_ALIGNED_S)
    assert backend.aligned == []


def test_silence_is_not_aligned() -> None:
    backend = Aligner(heard("Thank you.", -1.4, no_speech_prob=0.9))
    found = recognized(backend, Ask())
    assert (backend.aligned, found[0].words) == ([], ())


def test_a_row_that_goes_again_is_not_aligned_until_it_is_final() -> None:
    backend = Aligner(heard(TEXT, -2.0))
    sound = np.ones(SAMPLE_RATE, np.float32)
    row = Row(Request(), Window(0, 10.0, (Span(0, 10.0, 0),)), backend.features(sound), language="en")
    recognizer = Recognizer(backend, 5)
    final = [recognizer.recognize([row])[0].heard is not None for _ in TEMPERATURES]
    assert final == [False] * 5 + [True]
    assert len(backend.aligned) == 1
