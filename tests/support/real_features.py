"""The fake model with features of the real size, so that memory and encoded frames are the real ones."""

import time
from typing import Any

import numpy as np

from infra.sandbox.paths import POCKET_MODEL
from tests.support.transcriber.fakes import FakeBackend, heard
from transcriber.audio.windows import Samples
from transcriber.model.backend import Decoding, Hypothesis, Mel
from transcriber.model.whisper import WhisperBackend


class RealFeatures(FakeBackend):
    """The window's mark becomes its text at once, or `pause_s` after; calls are not remembered."""

    def __init__(self, pause_s: float = 0.0) -> None:
        super().__init__()
        self.hear = lambda mark, _temperature: heard(f"Window {mark} has words for every second that it lasts. " * 2)
        self._whisper = WhisperBackend(str(POCKET_MODEL))
        self._pause_s = pause_s

    def features(self, audio: Samples) -> Mel:
        super().features(audio)  # counts
        return self._whisper.features(audio)

    def encode(self, mels: list[Mel]) -> Any:
        marks = [int(np.abs(mel).sum()) for mel in mels]
        self.encoded += marks
        self.frames += [mel.shape[1] for mel in mels]
        return marks

    def generate(self, encoded: Any, prompts: list[tuple[int, ...]], how: Decoding) -> list[Hypothesis]:
        time.sleep(self._pause_s)
        found = super().generate(encoded, prompts, how)
        self.calls.clear()
        return found
