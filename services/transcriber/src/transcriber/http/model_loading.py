"""From the settings to the loaded model, and to how large its engine may grow."""

import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from transcriber.audio.media import MediaLimits
from transcriber.engine.settings import EngineSettings
from transcriber.model.backend import Backend
from transcriber.settings import Settings

CPU_BATCH, GPU_BATCH = 4, 16
MAX_CPU_WORKERS = 4

LoadModel = Callable[[Settings], Sequence[Backend]]


def load_whisper(settings: Settings) -> Sequence[Backend]:
    """The model that the settings name, on each device; takes seconds to minutes. Raises ConfigError."""
    from transcriber.model.device import choose_device
    from transcriber.model.whisper import WhisperBackend

    device = choose_device(settings.whisper_device)
    workers = model_workers(device, settings.model_workers)
    indexes = settings.device_indexes if device == "cuda" else (0,)
    return [
        WhisperBackend(
            settings.whisper_model,
            device,
            settings.whisper_compute_type,
            threads=max(1, processors() // workers),
            device_index=index,
            workers=workers,
        )
        for index in indexes
    ]


def model_workers(device: str, wanted: int) -> int:
    """How many batches are in the model at one time; `wanted`, unless that is 0.

    On a CPU one model thread a processor needs fewer processor seconds than all processors on one batch, and answers
    short clips sooner (tests/bench/README.md); more than four would leave a single clip too little of a large machine.
    """
    return wanted or (min(processors(), MAX_CPU_WORKERS) if device == "cpu" else 1)


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def engine_settings(settings: Settings, device: str) -> EngineSettings:
    """Each field of `EngineSettings` from the setting of that name (`_s` for `_seconds`); 0 becomes the device's own.

    A new field with a setting of its name needs no line here.
    """
    wanted = {field.name for field in fields(EngineSettings)}
    named = {re.sub("seconds$", "s", name): value for name, value in settings}
    shared: dict[str, Any] = {name: value for name, value in named.items() if name in wanted}
    of_this_device: dict[str, Any] = {
        "window_s": settings.whisper_window_seconds,
        "batch_size": settings.batch_size or (CPU_BATCH if device == "cpu" else GPU_BATCH),
        "workers": model_workers(device, settings.model_workers),
        "limits": MediaLimits(max_audio_s=settings.max_audio_seconds),
    }
    return EngineSettings(**{**shared, **of_this_device})
