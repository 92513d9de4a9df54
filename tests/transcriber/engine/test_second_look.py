"""A window that leaves speech without words has it heard again, as rows of later batches, before it is final."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.support.transcriber.engines import SETTINGS, running, submit, transcript
from tests.support.transcriber.fakes import FakeBackend, heard
from transcriber.model.backend import Ask, Hypothesis, Mel, WindowWord
from transcriber.schemas import Task


class Skipping(FakeBackend):
    """Hears of each window only its first second; of a stretch all. `again` says what is heard of a stretch."""

    def __init__(self, again: Hypothesis) -> None:
        super().__init__()
        self.stretches: list[int] = []
        self.asked: list[Ask] = []
        self.hear = lambda mark, _temperature: again if mark in self.stretches else None

    def part(self, mel: Mel, start: float, end: float) -> Mel:
        found = super().part(mel, start, end)
        self.stretches.append(int(found[0, 0]))
        return found

    def prompt(self, language: str, ask: Ask) -> tuple[int, ...]:
        self.asked.append(ask)
        return super().prompt(language, ask)

    def align(
        self, encoded: Any, language: str, task: Task, tokens: list[tuple[int, ...]], seconds: list[float]
    ) -> list[list[WindowWord]]:
        whole = super().align(encoded, language, task, tokens, seconds)
        return [
            words if mark in self.stretches or not words else [WindowWord(0, 1, " " + self.text(said), 0.9)]
            for mark, words, said in zip(encoded, whole, tokens, strict=True)
        ]


async def test_what_a_window_skipped_is_heard_again_and_stands_in_its_place(clips: list[Path]) -> None:
    backend = Skipping(heard("And this was skipped."))
    async with running(backend) as engine:
        found = await transcript(submit(engine, clips[0], language="en", prompt="On stars."))
    assert found.text == " ".join(["And this was skipped."] * len(backend.stretches)), "from the pause before it on"
    assert found.coverage.gaps == ()
    assert found.warnings == ()
    again = [ask for ask in backend.asked if not ask.previous]
    assert again, "without the prompt"
    assert not any(ask.token_times for ask in again), "which cost a GPU seven times the decoding, and found no more"


async def test_each_stretch_is_heard_again_once(lecture_wav: Path, windows: int) -> None:
    backend = Skipping(heard("And this."))
    async with running(backend) as engine:
        found = await transcript(submit(engine, lecture_wav, language="en"))
    assert len(backend.encoded) == windows + len(backend.stretches)
    assert len(backend.stretches) >= windows - 1
    starts = [segment.start for segment in found.segments]
    assert starts == sorted(starts)


async def test_a_stretch_that_still_cannot_be_heard_is_a_gap_and_a_warning(clips: list[Path]) -> None:
    backend = Skipping(heard("Hm.", -2.0))
    async with running(backend) as engine:
        found = await transcript(submit(engine, clips[0], language="en"))
    assert "Hm" not in found.text
    assert len(found.warnings) == len(found.coverage.gaps) > 0
    assert found.warnings[0].startswith("no text for the speech from ")


async def test_a_translation_is_not_heard_again(clips: list[Path]) -> None:
    backend = Skipping(heard("And this."))
    async with running(backend) as engine:
        await transcript(submit(engine, clips[0], language="en", task="translate"))
    assert backend.stretches == [], "its words do not come in the order of the speech"


class Looping(FakeBackend):
    """Says a loop of whatever is longer than `looping_s`; remembers the seconds of each stretch."""

    looping_s = 6.0

    def __init__(self) -> None:
        super().__init__()
        self.seconds: dict[int, float] = {}
        self.hear = lambda mark, _temperature: heard(self._said(self.seconds.get(mark, 30.0)))

    def part(self, mel: Mel, start: float, end: float) -> Mel:
        found = super().part(mel, start, end)
        self.seconds[int(found[0, 0])] = end - start
        return found

    def _said(self, seconds: float) -> str:
        return "hello world " * 12 if seconds > self.looping_s else "So it went on."


async def test_a_stretch_that_is_not_believed_is_heard_again_in_halves(lecture_wav: Path) -> None:
    backend = Looping()
    async with running(backend, replace(SETTINGS, window_s=30.0)) as engine:
        found = await transcript(submit(engine, lecture_wav, language="en"))
    short = [seconds for seconds in backend.seconds.values() if seconds <= backend.looping_s]
    assert found.text == " ".join(["So it went on."] * len(short))
    assert (found.warnings, found.coverage.low_confidence) == ((), found.coverage.low_confidence)


async def test_what_is_never_believed_is_not_heard_again_for_ever(clips: list[Path]) -> None:
    backend = Looping()
    backend.looping_s = 0.0
    async with running(backend, replace(SETTINGS, window_s=30.0)) as engine:
        found = await transcript(submit(engine, clips[0], language="en"))
    assert 2 <= len(backend.seconds) <= 6
    assert found.coverage.low_confidence


async def test_a_window_in_which_nothing_is_heard_is_heard_again_unless_nobody_speaks(clips: list[Path]) -> None:
    for no_speech, looks in ((0.1, 2), (0.9, 0)):
        backend = Skipping(heard("So."))
        whole = heard("", no_speech_prob=no_speech)
        backend.hear = _of_stretches(backend, whole)
        async with running(backend) as engine:
            await transcript(submit(engine, clips[0], language="en"))
        assert len(backend.stretches) == looks


def _of_stretches(backend: Skipping, whole: Hypothesis) -> Callable[[int, float], Hypothesis | None]:
    return lambda mark, _temperature: None if mark in backend.stretches else whole
