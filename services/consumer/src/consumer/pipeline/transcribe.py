"""The step that has the audio transcribed, following the stream of events."""

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import structlog
from pydantic import ValidationError

from consumer.clients.transcriber import FILES_FAULT, TranscriberClient
from consumer.clients.transcribers import Transcribers
from consumer.errors import Dependency, EnvironmentFault, TransientError, VideoError, attributed
from consumer.models import Audio, Progress, Transcript

log = structlog.get_logger()
LEAST_S, A_SECOND = 120.0, 2.5  # how long a file may take, at least and for each second of audio
ETA_TIMES = 3.0  # the transcriber's own prediction, which counts what waits before us
STALL_S = 300.0  # without a step forward, however long the file
MAX_WAIT_S = 300.0  # for a full queue; longer, and the message goes back
BUSY_TRIES = 5


async def transcribe(
    audio: Audio,
    client: TranscriberClient,
    on_progress: Progress,
    *,
    language: str | None = None,
    subtitles: Mapping[str, str] | None = None,
) -> Transcript:
    """The transcript; `language` (ISO 639-1) where it is known. `on_progress` is told the share of audio heard.

    `subtitles` are form fields that say how its cues are cut, such as max_line_width.

    A busy transcriber is waited for, five times and five minutes at most. Raises VideoError where the file is at
    fault, EnvironmentFault where the transcriber is away or refuses us, and TransientError, which says when to come
    back where the transcriber did.
    """
    fields = {"priority": "bulk", "cues": "true", "word_timestamps": "true"}
    if subtitles:
        fields.update(subtitles)
    if language:
        fields["language"] = language
    waited = 0.0
    for number in range(1, BUSY_TRIES + 1):
        try:
            with attributed(Dependency.TRANSCRIBER):
                async with _Deadline(max(LEAST_S, A_SECOND * audio.duration_s)) as deadline:
                    return await _once(audio, client, on_progress, fields, deadline)
        except TransientError as error:
            pause = error.retry_after_s
            if pause is None or waited + pause > MAX_WAIT_S or number == BUSY_TRIES:
                raise
            log.info("transcriber.busy", wait_s=pause, reason=str(error))
            await asyncio.sleep(pause)
            waited += pause
    raise AssertionError("unreachable")


async def transcribe_anywhere(
    audio: Audio,
    transcribers: Transcribers,
    on_progress: Progress,
    *,
    on_place: Callable[[], None],
    language: str | None = None,
    subtitles: Mapping[str, str] | None = None,
) -> Transcript:
    """The same, at whichever transcriber has use for it; at another where that one dies.

    `on_place` is told when one has. Raises as `transcribe` does.
    """
    while True:
        async with transcribers.place() as client:
            on_place()
            try:
                return await transcribe(audio, client, on_progress, language=language, subtitles=subtitles)
            except (TransientError, EnvironmentFault) as error:
                if not await transcribers.can_replace(client):
                    raise
                log.warning("transcriber.left_out", url=client.base_url, error=str(error))


class _Deadline:
    """How long a file may take; moved by what the transcriber predicts, and by each step forward."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._reached_s = 0.0
        self._timeout = asyncio.timeout(limit_s)

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            words = f"the transcriber came no further than second {self._reached_s:.0f} and was given up"
            raise TransientError(words, code="transcriber_slow") from None

    def predicted(self, eta_s: float) -> None:
        """The file was accepted, and is said to be done in so many seconds."""
        self._no_sooner_than(max(self._limit_s, ETA_TIMES * eta_s))

    def reached(self, transcribed_s: float) -> None:
        """So much of the file is done."""
        if transcribed_s > self._reached_s:
            self._reached_s = transcribed_s
            self._no_sooner_than(STALL_S)

    def _no_sooner_than(self, seconds: float) -> None:
        at = asyncio.get_running_loop().time() + seconds
        self._timeout.reschedule(max(at, self._timeout.when() or at))


async def _once(
    audio: Audio, client: TranscriberClient, on_progress: Progress, fields: dict[str, str], deadline: _Deadline
) -> Transcript:
    async for event in client.events(audio.path, fields):
        match event:
            case {"event": "accepted", "eta_s": float(eta_s) | int(eta_s)}:
                deadline.predicted(eta_s)
            case {"event": "progress", "transcribed_s": float(done_s) | int(done_s)}:
                deadline.reached(done_s)
                on_progress(min(1.0, done_s / max(audio.duration_s, 0.001)))
            case {"event": "done", "transcript": transcript}:
                return _checked(transcript)
            case {"event": "error", "problem": {"status": int(status), "detail": str(detail)}}:
                raise _verdict(status, detail)
            case {"event": "info" | "segment"}:
                pass
            case _:
                raise TransientError(f"the transcriber sent an unknown event: {str(event)[:80]}", code="transcriber")
    raise TransientError("the transcriber broke off before it was done", code="transcriber")


def _checked(value: object) -> Transcript:
    try:
        transcript = Transcript.model_validate(value)
    except ValidationError as error:
        raise TransientError(
            f"the transcriber's answer cannot be used: {error.errors()[0]['msg']}", code="transcriber"
        ) from None
    starts = [segment.start for segment in transcript.segments]
    if starts != sorted(starts):
        raise TransientError("the transcriber's segments are out of order", code="transcriber")
    return transcript


def _verdict(status: int, detail: str) -> VideoError | TransientError:
    if status in FILES_FAULT:
        return VideoError(detail, code="not_transcribable")
    return TransientError(f"the transcriber failed: {detail}", code="transcriber")
