"""The usual service around a Whisper library: one file at a time, its segments sent as they come.

`wrapper KIND MODEL PORT` in a process of its own. Two threads, int8 (q8_0), English; a beam of five and voice activity
detection where the library has them. Everybody decodes the file as their library does. OpenVINO searches greedily, as
it does by itself: its beam of five takes two to five times as long.
"""

import json
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Annotated, Any, Literal, cast

import anyio.to_thread
import uvicorn
from fastapi import FastAPI, File
from fastapi.responses import StreamingResponse

Kind = Literal["sequential", "batched", "whisper.cpp", "OpenVINO"]
Hear = Callable[[Path], Iterable[str]]
Say = Callable[[str], None]
THREADS = 2
BATCH = 8
WAITING = 256  # threads: whoever has the model needs one for each sentence while the others wait in theirs


def load(kind: Kind, model: Path) -> Hear:
    """The library's way from a file to its sentences."""
    match kind:
        case "whisper.cpp":
            return _whisper_cpp(model)
        case "OpenVINO":
            return _openvino(model)
        case _:
            return _faster_whisper(kind, model)


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

    def run(path: Path, say: Say) -> None:
        def segment_is_new(segment: Any) -> None:
            say(segment.text)

        whisper.transcribe(str(path), new_segment_callback=segment_is_new)

    return lambda path: _as_said(lambda say: run(path, say))


def _openvino(model: Path) -> Hear:
    from faster_whisper import decode_audio

    genai: Any = import_module("openvino_genai")  # installed for this process alone
    pipeline = genai.WhisperPipeline(str(model), "CPU", INFERENCE_NUM_THREADS=THREADS)
    settings, tokenizer = pipeline.get_generation_config(), pipeline.get_tokenizer()
    settings.return_timestamps = True
    if settings.is_multilingual:
        settings.language, settings.task = "<|en|>", "transcribe"

    class Windows(genai.StreamerBase):
        """Is given the tokens of a window at once."""

        def __init__(self, say: Say) -> None:
            genai.StreamerBase.__init__(self)
            self.say = say

        def write(self, tokens: list[int]) -> Any:
            self.say(tokenizer.decode(tokens))
            return genai.StreamingStatus.RUNNING

        def end(self) -> None:
            """Nothing is held back."""

    def hear(path: Path) -> Iterator[str]:
        samples = cast("Any", decode_audio(str(path)))
        return _as_said(lambda say: pipeline.generate(samples, settings, Windows(say)))

    return hear


def _as_said(run: Callable[[Say], object]) -> Iterator[str]:
    """What `run` gives to its callback, as soon as it does."""
    said = SimpleQueue[str | None]()
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(run, said.put)
        running.add_done_callback(lambda _: said.put(None))
        yield from iter(said.get, None)
        running.result()


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
