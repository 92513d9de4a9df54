"""The transcriber as a real process on loopback, with the pocket model."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.sandbox.processes import LOOPBACK, Part, answers, free_port, spawn
from infra.sandbox.system import MODEL

KERNELS = ("CT2_FORCE_CPU_ISA",)  # where `./dev processors` has CTranslate2 compute as another processor


@asynccontextmanager
async def transcriber(**settings: str) -> AsyncGenerator[tuple[str, Part]]:
    """Its address and process, once it is ready."""
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    with TemporaryDirectory() as folder:
        kernels = {name: os.environ[name] for name in KERNELS if name in os.environ}
        environment = {**kernels, **MODEL, "HOST": LOOPBACK, "PORT": str(port), "DRAIN_SECONDS": "20", **settings}
        part = await spawn("transcriber", ["transcriber"], environment, Path(folder) / "log")
        try:
            await part.until(lambda: answers(f"{url}/health/ready"))
            yield url, part
        finally:
            await part.stop()
