"""The engine with a fake model and real speech: a file becomes segments, and files share the model."""

import asyncio
from pathlib import Path

import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.engines import SETTINGS, events, held, marks, running, submit, transcript
from tests.support.transcriber.fakes import CountingMetrics, FakeBackend, heard
from tests.support.transcriber.media_files import damaged
from transcriber.engine.engine import Engine
from transcriber.model.backend import Hypothesis
from transcriber.schemas import Done, Info, Progress, SegmentEvent


async def test_a_run_tells_the_language_then_segments_and_progress_then_the_whole(lecture_wav: Path) -> None:
    async with running(FakeBackend()) as engine:
        found = await events(submit(engine, lecture_wav))
    assert isinstance(found[0], Info)
    assert {type(event) for event in found[1:-1]} == {SegmentEvent, Progress}
    assert isinstance(found[-1], Done)
    assert found[-1].transcript.segments == tuple(e.segment for e in found if isinstance(e, SegmentEvent))


async def test_packets_that_could_not_be_decoded_are_counted_in_the_answer(lecture: Path, tmp_path: Path) -> None:
    async with running(FakeBackend()) as engine:
        found = await transcript(submit(engine, damaged(lecture, tmp_path / "a.mka", 8, 7)))
    assert found.coverage.skipped_packets > 100
    assert "packets could not be decoded" in found.warnings[-1]
    assert found.duration_s == pytest.approx(7, abs=0.3)


async def test_segments_leave_in_the_files_order_though_windows_end_in_any(lecture_wav: Path, windows: int) -> None:
    backend = FakeBackend()
    first: list[int] = []

    def mishear_the_first_window_twice(mark: int, temperature: float) -> Hypothesis | None:
        first.append(mark)
        return heard("Hm.", -2.0) if mark == first[0] and temperature < 0.4 else None

    async with running(backend) as engine:
        backend.hear = mishear_the_first_window_twice
        found = await transcript(submit(engine, lecture_wav, language="en"))
    starts = [segment.start for segment in found.segments]
    assert starts == sorted(starts)
    assert len(starts) == windows
    assert found.segments[0].temperature == 0.4


async def test_files_that_run_together_are_not_mixed_up(clips: list[Path]) -> None:
    async with running(FakeBackend()) as engine:
        alone = [marks(await transcript(submit(engine, clip))) for clip in clips]
        together = await asyncio.gather(*(transcript(submit(engine, clip)) for clip in clips))
    assert [marks(found) for found in together] == alone


async def test_files_that_run_together_share_batches(clips: list[Path]) -> None:
    backend, metrics = FakeBackend(), CountingMetrics()
    async with running(backend, metrics=metrics) as engine:
        first = await held(engine, backend, clips[0])
        spoken = zip(clips[1:], ["en", "de", "fr", "es", "en"], strict=True)
        others = [submit(engine, clip, language=language) for clip, language in spoken]
        await wait_until(lambda: backend.ready == len(clips))
        backend.unblocked.set()
        await asyncio.gather(*(transcript(run) for run in (first, *others)))
    assert metrics.batches == [1, 4, 1]
    assert len(metrics.waits) == len(clips)


async def test_the_language_is_told_by_the_first_window_alone(lecture_wav: Path) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        backend.language = lambda _mark: "de"
        found = await transcript(submit(engine, lecture_wav))
    assert found.language == "de"
    assert found.language_probability == 0.9
    assert len(backend.detected) == 1
    assert all("<de," in prompt for call in backend.calls for prompt in call.prompts)


async def test_a_given_language_is_not_detected(lecture_wav: Path) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        found = await transcript(submit(engine, lecture_wav, language="fr"))
    assert (found.language, found.language_probability, backend.detected) == ("fr", 1.0, [])


async def test_the_language_can_be_told_window_by_window(lecture_wav: Path, windows: int) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        backend.language = lambda mark: "de" if mark % 2 else "fr"
        await transcript(submit(engine, lecture_wav, detect_language_per_window=True))
    spoken = {mark: prompt for call in backend.calls for mark, prompt in zip(call.marks, call.prompts, strict=True)}
    assert len(spoken) == windows
    assert all((f"<{'de' if mark % 2 else 'fr'}," in prompt) for mark, prompt in spoken.items())


async def test_prompt_and_hotwords_reach_every_window(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        await transcript(submit(engine, clips[0], prompt="On stars.", hotwords="Kepler", task="translate"))
    assert backend.calls[0].prompts == ("Kepler On stars.<en,translate>",)


async def test_text_before_is_shown_to_the_next_window_when_asked(lecture_wav: Path, windows: int) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        await transcript(submit(engine, lecture_wav, prompt="On stars.", condition_on_previous_text=True))
    assert [len(call.marks) for call in backend.calls] == [1] * windows
    first = backend.calls[0].marks[0]
    assert backend.calls[1].prompts[0].startswith(f"On stars. Window {first}.<")


async def test_replicas_share_the_work(lecture_wav: Path, windows: int) -> None:
    one, two = FakeBackend(), FakeBackend()
    engine = Engine(one, SETTINGS, CountingMetrics(), replicas=[two])
    await engine.start()
    for backend in (one, two):
        backend.calls.clear()
    one.unblocked.clear()
    run = submit(engine, lecture_wav, language="en")
    await wait_until(lambda: sum(len(call.marks) for call in two.calls) > SETTINGS.batch_size)
    one.unblocked.set()
    assert len((await transcript(run)).segments) == windows
    await engine.stop()
