"""Silence costs no memory."""

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest

from tests.support.transcriber.clips import piece
from tests.support.transcriber.simple_speech import Loudness, sound
from transcriber.audio.buffer import SampleBuffer
from transcriber.audio.vad import SpeechModel
from transcriber.audio.windowing import WindowCutter
from transcriber.audio.windows import SAMPLE_RATE, CutWindow, Samples

BLOCK_S = 32
MIB = 1 << 20


@pytest.fixture(scope="module")
def model() -> SpeechModel:
    return SpeechModel()


def quiet(seconds: int) -> Iterator[Samples]:
    """Blocks of silence."""
    return (np.zeros(BLOCK_S * SAMPLE_RATE, np.float32) for _ in range(seconds // BLOCK_S))


def test_an_hour_of_silence_after_speech_holds_no_hour_of_samples() -> None:
    cutter = WindowCutter(Loudness(), 30.0)
    tracemalloc.start()
    cutter.feed(sound(8))
    for block in quiet(3600):
        cutter.feed(block)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 5 * MIB, "a block and the speech that waits, where an hour is 220 MiB"
    assert [round(window.duration, 1) for window in cutter.finish()] == [8.4]


@pytest.mark.parametrize("size", [4_001, 100_000, 512_000])
def test_silence_between_stretches_changes_no_window_whatever_the_block_size(
    model: SpeechModel, audio: Samples, size: int
) -> None:
    gap = np.zeros(70 * SAMPLE_RATE, np.float32)
    spoken = np.concatenate([gap[: 20 * SAMPLE_RATE], piece(audio, 0, 8), gap, piece(audio, 8, 30), gap])
    whole, streamed = cut(model, spoken, len(spoken)), cut(model, spoken, size)
    assert [window.spans for window in whole] == [window.spans for window in streamed]
    assert all(np.array_equal(a.audio, b.audio) for a, b in zip(whole, streamed, strict=True))


def cut(model: SpeechModel, audio: Samples, size: int, max_s: float = 30.0) -> list[CutWindow]:
    """The windows of this audio, fed in blocks of `size` samples."""
    cutter = WindowCutter(model, max_s)
    made = [window for at in range(0, len(audio), size) for window in cutter.feed(audio[at : at + size])]
    return made + cutter.finish()


def test_a_tape_gives_back_what_was_kept_and_nothing_else() -> None:
    buffer = SampleBuffer()
    for first in range(0, 100, 10):
        buffer.append(np.arange(first, first + 10, dtype=np.float32))
    buffer.keep([(5, 25), (20, 31), (90, 1000)])
    assert buffer.end == 100
    assert buffer.cut(7, 31).tolist() == list(range(7, 31))
    assert buffer.cut(95, 100).tolist() == list(range(95, 100))
    assert buffer.samples == 36
