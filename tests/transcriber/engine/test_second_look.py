"""A window that leaves speech without words has it heard again, as rows of later batches, before it is final."""

from pathlib import Path
from typing import Any

from tests.support.transcriber.engines import running, submit, transcript
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
    (window,) = set(backend.encoded) - set(backend.stretches)
    assert found.text == f"Window {window}. " + " ".join(["And this was skipped."] * len(backend.stretches))
    assert found.coverage.gaps == ()
    assert found.warnings == ()
    again = [ask for ask in backend.asked if ask.token_times]
    assert again, "with time tokens, which leave less out"
    assert {ask.previous for ask in again} == {""}, "and without the prompt"


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
