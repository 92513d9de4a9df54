"""The usual service around a Whisper library: one file at a time, its segments sent as they come.

`wrapper KIND MODEL PORT` in a process of its own. Two threads, int8 (q8_0), a beam of five, voice activity detection,
English. Everybody decodes the file as their library does.
"""

import json
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Literal, cast

import anyio.to_thread
import uvicorn
from fastapi import FastAPI, File
from fastapi.responses import StreamingResponse

Kind = Literal["sequential", "batched", "whisper.cpp"]
Hear = Callable[[Path], Iterable[str]]
THREADS = 2
BATCH = 8
WAITING = 256  # threads: whoever has the model needs one for each sentence while the others wait in theirs


def load(kind: Kind, model: Path) -> Hear:
    """The library's way from a file to its sentences."""
    return _whisper_cpp(model) if kind == "whisper.cpp" else _faster_whisper(kind, model)


def _faster_whisper(kind: Kind, model: Path) -> Hear:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=THREADS)
    untyped = cast("Any", whisper if kind == "sequential" else BatchedInferencePipeline(whisper))
    size = {"batch_size": BATCH} if kind == "batched" else {}

    def hear(path: Path) -> Iterator[str]:
        segments, _ = untyped.transcribe(str(path), language="en", beam_size=5, vad_filter=True, **size)
        yield from (segment.text for segment in segments)

    return hear


def _whisper_cpp(model: Path) -> Hear:
    model_class: Any = import_module("pywhispercpp.model").Model  # installed for this process alone

    quiet = {"print_progress": False, "print_realtime": False, "print_timestamps": False}
    beam = {"params_sampling_strategy": 1, "beam_search": {"beam_size": 5, "patience": -1.0}}
    whisper = model_class(str(model), n_threads=THREADS, language="en", **beam, **quiet)
    return lambda path: (segment.text for segment in whisper.transcribe(str(path)))


def service(hear: Hear) -> FastAPI:
    """POST /: a file's sentences, one JSON object a line; GET /health/ready."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = WAITING
        yield

    app, one_at_a_time = FastAPI(lifespan=lifespan), Lock()

    def lines(data: bytes) -> Iterator[str]:
        with one_at_a_time, tempfile.NamedTemporaryFile(suffix=".wav") as file:
            file.write(data)
            file.flush()
            yield from (
                json.dumps({"event": "segment", "segment": {"text": text}}) + "\n" for text in hear(Path(file.name))
            )

    def transcribe(file: Annotated[bytes, File()]) -> StreamingResponse:
        return StreamingResponse(lines(file))

    app.add_api_route("/transcribe", transcribe, methods=["POST"])
    app.add_api_route("/health/ready", lambda: "ready")
    return app


if __name__ == "__main__":
    _, kind, model, port = sys.argv
    uvicorn.run(service(load(cast("Kind", kind), Path(model))), host="127.0.0.1", port=int(port), log_level="warning")
