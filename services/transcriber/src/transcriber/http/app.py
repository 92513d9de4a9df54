"""The one place where the HTTP side is put together: settings, service, routes, error answers."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline

from transcriber import version
from transcriber.errors import TranscriberError
from transcriber.http import problems, spans
from transcriber.http.middleware import RequestObserver
from transcriber.http.model_loading import LoadModel, load_whisper
from transcriber.http.routes import health, jobs, openai, page, transcriptions, whisper_asr, whisper_cpp
from transcriber.http.routes.openapi import DESCRIPTION
from transcriber.http.service import Service
from transcriber.http.upload.spool import spool
from transcriber.settings import Settings, split

log = structlog.get_logger()
DROP_IN = {"asr": whisper_asr.router, "inference": whisper_cpp.router}
OUR_HEADERS = ("X-Eta-Seconds", "X-Ignored-Fields", "X-Model", "X-Request-ID")
CROSS_ORIGIN: dict[str, Any] = {
    "allow_methods": ["GET", "HEAD", "POST", "DELETE"],
    "allow_headers": ["*"],  # the OpenAI SDK sends a dozen of its own
    "expose_headers": ["Content-Disposition", "Location", "Retry-After", *OUR_HEADERS],
}


def create_app(
    settings: Settings, load: LoadModel = load_whisper, on_fatal: Callable[[], None] = lambda: None
) -> FastAPI:
    """The service. `on_fatal` is called once when only a new process can help; `service.fatal` says why."""
    service = Service(settings, Path())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        with spool() as folder:
            service.spool = folder
            service.jobs.restore()
            running = asyncio.create_task(service.run(load))
            running.add_done_callback(lambda task: _ended(service, task, on_fatal))
            try:
                yield
            finally:
                running.cancel()
                await asyncio.wait({running})
                service.jobs.release()

    app = FastAPIOffline(
        redoc_url=None,
        title="Lectern transcriber",
        version=version(),
        description=DESCRIPTION,
        lifespan=lifespan,
        servers=[{"url": "/", "description": "this service"}],
        generate_unique_id_function=_function_name,
        telemetry=spans.of_requests(),
    )
    app.state.service = service
    for router in (transcriptions.router, jobs.router, openai.router, health.router, page.router()):
        app.include_router(router)
    for name in split(settings.drop_in_routes):
        app.include_router(DROP_IN[name])
    problems.install(app)
    if origins := split(settings.allow_origins):
        app.add_middleware(CORSMiddleware, allow_origins=origins, **CROSS_ORIGIN)
    app.add_middleware(RequestObserver, metrics=service.metrics)  # the last one added sees every answer, errors too
    return app


def _function_name(route: APIRoute) -> str:
    """What generated clients call their functions."""
    return route.name


def _ended(service: Service, task: asyncio.Task[None], on_fatal: Callable[[], None]) -> None:
    """A task that dies takes the process down, loudly."""
    if task.cancelled():
        return
    service.fatal = error = task.exception() or TranscriberError("the service stopped by itself")
    known = isinstance(error, TranscriberError)
    log.error("service.failed", error=str(error) if known else repr(error), exc_info=None if known else error)
    on_fatal()
