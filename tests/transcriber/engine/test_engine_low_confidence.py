"""The engine and windows that the model got wrong: again, at the next temperature; given with a warning; or dropped."""

from dataclasses import replace
from pathlib import Path

from tests.support.transcriber.engines import SETTINGS, running, submit, transcript
from tests.support.transcriber.fakes import CountingMetrics, FakeBackend, heard
from transcriber.model.frames import FRAMES


async def test_a_low_confidence_window_goes_again_at_the_next_temperature_without_a_second_encode(
    lecture_wav: Path, windows: int
) -> None:
    backend, metrics = FakeBackend(), CountingMetrics()
    async with running(backend, replace(SETTINGS, short_encodes=False), metrics) as engine:
        backend.hear = lambda mark, temperature: heard("Hm.", -2.0) if mark % 3 == 0 and temperature < 0.2 else None
        found = await transcript(submit(engine, lecture_wav, language="en"))
    unsure = sum(segment.temperature > 0 for segment in found.segments)
    assert unsure > 0
    assert metrics.guards == ["logprob"] * unsure
    assert len(backend.encoded) == windows


async def test_a_short_window_that_is_doubted_is_encoded_at_all_of_30_s_before_the_ladder(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        backend.hear = lambda _mark, _hot: heard("Hm.", -2.0) if len(backend.encoded) < 2 else None
        found = await transcript(submit(engine, clips[0], language="en"))
    assert [call.how.temperature for call in backend.calls] == [0, 0]
    assert backend.frames == [2000, FRAMES]
    assert found.segments[0].temperature == 0


async def test_one_attempt_goes_without_what_the_model_was_told_which_it_may_recite(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend, replace(SETTINGS, short_encodes=False)) as engine:
        backend.hear = lambda _mark, _hot: heard("Hm.", -2.0) if len(backend.calls) < 4 else None
        found = await transcript(submit(engine, clips[0], language="en", prompt="Of stars and of planets."))
    assert [(call.how.temperature, "stars" in call.prompts[0]) for call in backend.calls] == [
        (0, True),
        (0, False),
        (0.2, True),
        (0.4, True),
    ]
    assert found.text.startswith("Window")


async def test_a_window_that_is_never_believed_is_given_with_a_warning(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        backend.hear = lambda _mark, temperature: heard("Hm.", -2.0 - abs(temperature - 0.6))
        found = await transcript(submit(engine, clips[0]))
    assert found.segments[0].temperature == 0.6
    assert found.coverage.low_confidence


async def test_silence_that_the_model_fills_with_words_is_dropped_and_reported(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        backend.hear = lambda _mark, _hot: heard("Thank you.", -1.4, no_speech_prob=0.9)
        found = await transcript(submit(engine, clips[0]))
    assert found.segments == ()
    assert found.coverage.gaps
