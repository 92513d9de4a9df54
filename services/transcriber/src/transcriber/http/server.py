"""The process: listen, and on a signal drain before leaving."""

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from transcriber import logs
from transcriber.errors import EXIT_CONFIG, EXIT_DEVICE, EXIT_MODEL, ConfigError
from transcriber.http import spans
from transcriber.http.app import create_app
from transcriber.http.connection import OnceASecond, most_connections, timed_connection
from transcriber.http.model_loading import LoadModel, load_whisper
from transcriber.http.service import Service
from transcriber.settings import Settings

log = structlog.get_logger()
BACKLOG = 256
LAST_WORDS_S = 5  # for answers that are being written when the drain is over


def serve(settings: Settings, load: LoadModel = load_whisper) -> int:
    """Serve until SIGTERM, SIGINT or a fatal failure; the exit code."""
    logs.configure(settings.log_format)
    try:
        listener = socket.create_server((settings.host, settings.port), backlog=BACKLOG)
    except OSError as error:
        _complain(f"HOST={settings.host} PORT={settings.port} cannot be used: {error.strerror}")
        return EXIT_CONFIG
    stop = asyncio.Event()
    app = create_app(settings, load, on_fatal=stop.set)
    service: Service = app.state.service
    with listener, spans.exported(settings.otel_exporter_otlp_endpoint):
        code = asyncio.run(_serve(app, service, listener, stop))
    if service.loading and service.fatal is None:
        _leave(code)
    if service.engine and service.engine.stuck:
        _leave(code)  # at a stop a batch may take longer than anybody waits: that is no failure of the device
    return code


def build_server(app: FastAPI, stall_s: float, most: int) -> uvicorn.Server:
    """Uvicorn with our connection, `most` of them, and our signals; it logs nothing but trouble."""
    config = uvicorn.Config(
        app,
        http=timed_connection(stall_s, most),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=LAST_WORDS_S,
    )
    return _Server(config)


async def _serve(app: FastAPI, service: Service, listener: socket.socket, stop: asyncio.Event) -> int:
    settings = service.settings
    server = build_server(app, settings.client_timeout_seconds, most_connections(settings.max_requests))
    asyncio.get_running_loop().set_exception_handler(_Trouble())
    _on_signal(stop)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    log.info("server.listening", host=service.settings.host, port=listener.getsockname()[1])
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    hurry = asyncio.Event()
    _on_signal(hurry)  # a second signal says that nobody wants to wait
    await service.drain(hurry)
    server.should_exit = True
    await serving
    return _code(service.fatal)


def _on_signal(event: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, event.set)


def _code(fatal: BaseException | None) -> int:
    if fatal is None:
        return 0
    if isinstance(fatal, ConfigError):
        _complain(" ".join(str(fatal).split()))
        return EXIT_MODEL
    _complain(str(fatal) or repr(fatal))
    return EXIT_DEVICE


def _complain(text: str) -> None:
    print(f"transcriber: {text}", file=sys.stderr)  # noqa: T201 - the operator's one line, also where logs go elsewhere


def _leave(code: int) -> None:
    """End although a thread is still at it: a stop must wait neither for a download nor for a stuck device."""
    sys.stderr.flush()
    os._exit(code)


class _Trouble:
    """Logs the event loop's exceptions; where descriptors are out it has one for each connection that waits."""

    def __init__(self) -> None:
        self._out = OnceASecond("descriptors.out")

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            self._out.tell(error=str(error))
        else:
            loop.default_exception_handler(context)


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: ours drain the engine first."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield
