"""The transcriber's client: what each of its answers means for the video."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from consumer.clients.transcriber import TranscriberClient
from consumer.errors import EnvironmentFault, LecternError, TransientError, VideoError
from consumer.models import Audio, Cue, Transcript
from consumer.pipeline import transcribe as step
from consumer.pipeline.transcribe import transcribe
from infra.sandbox.standins.transcriber import DONE, PROGRESS, TRANSCRIPT, Answer, scripted


async def ask(url: str, audio: Path, seen: list[float] | None = None) -> Transcript:
    """One file, by the real client."""
    async with TranscriberClient(url, SecretStr("key")) as client:
        return await transcribe(Audio(audio, 2.0), client, (seen if seen is not None else []).append)


async def test_progress_and_the_transcript_arrive(lecture: Path) -> None:
    seen: list[float] = []
    async with scripted(Answer()) as (url, requests):
        transcript = await ask(url, lecture, seen)
    assert transcript.text == "Hello."
    assert seen == [0.5]
    assert requests[0].headers["authorization"] == "Bearer key"


async def test_cues_are_asked_for_and_cut_as_wanted(lecture: Path) -> None:
    cues = [{"start": 0.0, "end": 2.0, "lines": ["Hello."]}]
    done = {"event": "done", "transcript": {**TRANSCRIPT, "cues": cues}}
    async with scripted(Answer(200, (done,))) as (url, requests), TranscriberClient(url) as client:
        asked = {"max_line_width": "32"}
        transcript = await transcribe(Audio(lecture, 2.0), client, list[float]().append, subtitles=asked)
        async with requests[0].form() as form:
            assert (form["cues"], form["max_line_width"]) == ("true", "32")
    assert transcript.cues == (Cue(start=0.0, end=2.0, lines=("Hello.",)),)


async def test_a_transcriber_that_knows_no_cues_still_gives_its_transcript(lecture: Path) -> None:
    async with scripted(Answer()) as (url, _):
        assert (await ask(url, lecture)).cues is None


async def test_a_full_queue_is_waited_for_as_long_as_it_says(lecture: Path) -> None:
    full = Answer(503, ({"detail": "full"},), {"Retry-After": "1"})
    async with scripted(full, Answer()) as (url, requests):
        assert (await ask(url, lecture)).text == "Hello."
    assert len(requests) == 2


async def test_a_queue_that_is_full_for_an_hour_gives_the_message_back(lecture: Path) -> None:
    async with scripted(Answer(503, ({"detail": "full"},), {"Retry-After": "3600"})) as (url, _):
        with pytest.raises(TransientError) as error:
            await ask(url, lecture)
    assert error.value.retry_after_s == 3600


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (Answer(422, ({"detail": "no audio track"},)), VideoError, "no audio track"),
        (Answer(413, ({"detail": "too long"},)), VideoError, "too long"),
        (Answer(401, ({"detail": "wrong key"},)), EnvironmentFault, "wrong key"),
        (Answer(404, ("not here",)), EnvironmentFault, "404"),
        (Answer(500, ("oops",), {"Retry-After": "900"}), TransientError, "500"),
        (Answer(200, (PROGRESS,)), TransientError, "broke off"),
        (Answer(200, ("<html>",)), TransientError, "no event"),
        (Answer(200, ({"event": "error", "problem": {"status": 422, "detail": "damaged"}},)), VideoError, "damaged"),
        (Answer(200, ({"event": "error", "problem": {"status": 503, "detail": "stops"}},)), TransientError, "stops"),
        (Answer(200, ({"event": "error", "problem": {"status": 400, "detail": "no"}},)), VideoError, "no"),
        (Answer(200, ({"event": "done", "transcript": {"text": 1}},)), TransientError, "cannot be used"),
        (Answer(200, ({"event": "error"},)), TransientError, "unknown event"),
        (Answer(200, ({"event": "progress"},)), TransientError, "unknown event"),
    ],
)
async def test_each_answer_has_its_verdict(lecture: Path, answer: Answer, kind: type[LecternError], says: str) -> None:
    async with scripted(answer) as (url, _):
        with pytest.raises(kind, match=says):
            await ask(url, lecture)


ACCEPTED = {"event": "accepted", "request_id": "r", "eta_s": 900}


async def test_a_file_behind_much_work_is_waited_for_as_long_as_the_transcriber_predicts(
    lecture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "LEAST_S", 0.6)
    monkeypatch.setattr(step, "A_SECOND", 0.0)
    slow = Answer(200, (ACCEPTED, DONE), pause_s=0.4)
    async with scripted(slow) as (url, _):
        assert (await ask(url, lecture)).text == "Hello."


async def test_a_transcriber_that_predicts_nothing_and_stands_still_is_given_up(
    lecture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "LEAST_S", 0.2)
    monkeypatch.setattr(step, "A_SECOND", 0.0)
    async with scripted(Answer(200, (), hang=True)) as (url, _):
        with pytest.raises(TransientError, match="came no further than second 0"):
            await ask(url, lecture)


async def test_a_slow_file_that_goes_forward_is_not_given_up(lecture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "LEAST_S", 0.5)
    monkeypatch.setattr(step, "A_SECOND", 0.0)
    steps = tuple({**PROGRESS, "transcribed_s": number / 10} for number in range(1, 5))
    async with scripted(Answer(200, (*steps, DONE), pause_s=0.2)) as (url, _):
        assert (await ask(url, lecture)).text == "Hello."


async def test_segments_out_of_order_are_refused(lecture: Path) -> None:
    later = {**TRANSCRIPT["segments"][0], "start": 5.0}
    mixed = {**TRANSCRIPT, "segments": [later, TRANSCRIPT["segments"][0]]}
    async with scripted(Answer(200, ({**DONE, "transcript": mixed},))) as (url, _):
        with pytest.raises(TransientError, match="out of order"):
            await ask(url, lecture)


async def test_nobody_there_is_our_environments_fault(lecture: Path) -> None:
    with pytest.raises(EnvironmentFault, match="TRANSCRIBER_URL"):
        await ask("http://127.0.0.1:9", lecture)
