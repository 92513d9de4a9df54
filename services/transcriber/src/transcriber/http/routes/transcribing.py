"""From a request to a transcript: what every route that takes a file does."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from transcriber import errors
from transcriber.audio.durations import claimed_s
from transcriber.engine.engine import Engine
from transcriber.http.model_names import cannot_translate
from transcriber.http.service import Service
from transcriber.http.upload import fields, uploads
from transcriber.http.upload.uploads import Upload
from transcriber.http.upload_run import UploadRun
from transcriber.schemas import Done, Options, Transcript

RAN, IGNORED = "X-Model", "X-Ignored-Fields"


def service_of(request: Request) -> Service:
    """What the routes work with."""
    return request.app.state.service


async def slot(request: Request) -> AsyncIterator[Engine]:
    """The engine and one of the request slots, until the answer is sent. Raises NotReady, Draining or Overloaded."""
    with service_of(request).slot() as engine:
        yield engine


TheService = Annotated[Service, Depends(service_of)]
OpenEngine = Annotated[Engine, Depends(slot)]


async def received(
    request: Request, known: Sequence[str], file_field: str = "file", *, is_pcm: bool = False, lenient: bool = False
) -> Upload:
    """The request's upload, counted; of its fields only `known` ones and those without effect are taken.

    With `lenient` any other has no effect either; `is_pcm` as in `uploads.receive`.
    Raises what `uploads.receive` raises, BadOption for another field, and Draining when a stop waits no more.
    """
    service, began = service_of(request), time.monotonic()
    try:
        async with service.slots.body():
            upload = await uploads.receive(request, service.spool, service.limits, file_field, is_pcm=is_pcm)
    except errors.Cancelled:
        service.metrics.cancelled()
        raise
    service.metrics.uploaded(upload.bytes, time.monotonic() - began)
    try:
        ignored = fields.without_effect(upload.fields, known, lenient=lenient)
    except errors.BadOption:
        upload.close()
        raise
    upload.fields = {key: values for key, values in upload.fields.items() if fields.base_of(key) in known}
    if ignored:
        request.state.headers[IGNORED] = ", ".join(quote(name[:40]) for name in ignored)  # a header holds no text
    return upload


def check_model(name: str | None, service: Service) -> None:
    """Raises UnknownModel where a request names another model than the one that is loaded; no name asks for any."""
    names = service.model_names()
    if name and not names.accept(name):
        others = ", ".join(names.listed[1:])
        raise errors.UnknownModel(
            f"the model {name[:80]!r} is not loaded: {names.loaded!r} is, under any of its names, and as {others}"
        )


def begun(
    request: Request,
    engine: Engine,
    upload: Upload,
    wanted: Options,
    *,
    at_most_s: float | None = None,
    about: dict[str, object] | None = None,
) -> UploadRun:
    """Queue an upload; `at_most_s` seconds of it are wanted, `about` is told of its end instead of the request's line.

    Raises Overloaded, Draining, NotReady or BadOption.
    """
    service, request_id = service_of(request), str(request.state.request_id)
    if wanted.task == "translate" and (why := cannot_translate(engine.backend.name, engine.backend.languages)):
        raise errors.BadOption(why)
    longest_s = at_most_s or service.settings.max_audio_seconds
    seconds = min(claimed_s(upload.path) or 0, longest_s) or None
    run = engine.submit(upload.path, wanted, request_id=request_id, audio_s_hint=seconds, content_sha256=upload.sha256)
    request.state.headers[RAN] = engine.backend.name
    return UploadRun(upload, run, service.metrics, request.state.about if about is None else about)


def eta(upload_run: UploadRun) -> dict[str, str]:
    """A header for answers that begin before their end: only there it comes in time."""
    return {"X-Eta-Seconds": str(upload_run.run.eta_s)}


async def finished(request: Request, upload_run: UploadRun) -> Transcript:
    """The whole transcript. Raises what the run raises, and Cancelled when the client leaves first.

    A proxy may have cut a client that got no byte for a while, and it comes again: so the run goes on for
    ABANDONED_SECONDS, while others go first, and the same upload attaches to it.
    """
    gone = asyncio.create_task(_gone(request))
    reading = asyncio.create_task(_transcript(upload_run))
    try:
        await asyncio.wait({gone, reading}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            raise errors.Cancelled("the client left before the end")
        return reading.result()
    finally:
        gone.cancel()
        service_of(request).outlive(reading, upload_run.run)


async def _transcript(upload_run: UploadRun) -> Transcript:
    try:
        async with aclosing(upload_run.events()) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.transcript
    finally:
        upload_run.close()
    raise errors.ModelError("the run ended without a transcript")


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
