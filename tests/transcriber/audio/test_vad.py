"""Voice activity and windows: streamed, and the same whatever the block size."""

from typing import Any, cast

import numpy as np
import pytest
from faster_whisper.vad import get_vad_model

from tests.support.transcriber.clips import lecture_audio, piece
from transcriber.audio.vad import FRAME, SpeechDetector, SpeechModel, Stretch
from transcriber.audio.windowing import WindowCutter
from transcriber.audio.windows import SAMPLE_RATE, CutWindow, Samples

MAX_S = 30.0


@pytest.fixture(scope="module")
def model() -> SpeechModel:
    return SpeechModel()


@pytest.fixture(scope="module")
def audio() -> Samples:
    return lecture_audio()


def blocks(audio: Samples, size: int) -> list[Samples]:
    """The audio in blocks of `size` samples."""
    return [audio[at : at + size] for at in range(0, len(audio), size)]


def stretches(model: SpeechModel, audio: Samples, size: int) -> list[Stretch]:
    """What the detector finds."""
    detector = SpeechDetector(model, MAX_S)
    found = [stretch for block in blocks(audio, size) for stretch in detector.feed(block)]
    return found + detector.finish()


def windows(model: SpeechModel, audio: Samples, size: int = 32 * SAMPLE_RATE, max_s: float = MAX_S) -> list[CutWindow]:
    """What the cutter makes."""
    cutter = WindowCutter(model, max_s)
    made = [window for block in blocks(audio, size) for window in cutter.feed(block)]
    return made + cutter.finish()


def loud(model: SpeechModel, audio: Samples) -> list[tuple[float, float]]:
    """Speech in seconds."""
    return [(s.start / SAMPLE_RATE, s.end / SAMPLE_RATE) for s in stretches(model, audio, len(audio))]


@pytest.mark.parametrize("size", [97, 511, 512, 16_001, 200_000])
def test_streamed_detection_is_equal_to_that_of_the_whole_file(model: SpeechModel, audio: Samples, size: int) -> None:
    part = piece(audio, 0, 20 if size < 1000 else 104)
    assert stretches(model, part, size) == stretches(model, part, len(part))


class Listening(SpeechModel):
    """Remembers the probabilities, and at which frames the network started afresh."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Samples] = []
        self.fresh_at: list[int] = []

    def run(self, frames: Samples, h: Samples, c: Samples) -> tuple[Samples, Samples, Samples]:
        if not h.any() and not c.any():
            self.fresh_at.append(sum(len(heard) for heard in self.heard))
        answer = super().run(frames, h, c)
        self.heard.append(answer[0])
        return answer


@pytest.mark.parametrize("size", [97, 512, 16_001, 200_000, 20 * SAMPLE_RATE])
def test_probabilities_are_upstreams_to_the_last_bit_whatever_the_block_size(audio: Samples, size: int) -> None:
    part = piece(audio, 0, 20) * np.float32(0.2)  # at a level that is left as it is
    model = Listening()
    stretches(model, part, size)
    judge = cast("Any", get_vad_model())
    upstream = cast("Samples", judge(np.pad(part, (0, -len(part) % FRAME)))).reshape(-1)
    last = len(upstream) - 1  # of this frame upstream overwrites the end, while it clears the context of the first
    assert np.array_equal(np.concatenate(model.heard)[:last], upstream[:last])


@pytest.mark.parametrize("size", [4_001, 100_000, 512_000])
def test_windows_do_not_depend_on_the_block_size(model: SpeechModel, audio: Samples, size: int) -> None:
    whole, streamed = windows(model, audio, len(audio)), windows(model, audio, size)
    assert [w.spans for w in whole] == [w.spans for w in streamed]
    assert all(np.array_equal(a.audio, b.audio) for a, b in zip(whole, streamed, strict=True))


@pytest.mark.parametrize("max_s", [5.0, 10.0, 30.0])
def test_no_window_is_longer_than_allowed(model: SpeechModel, audio: Samples, max_s: float) -> None:
    assert all(len(window.audio) <= max_s * SAMPLE_RATE for window in windows(model, audio, max_s=max_s))


def test_no_speech_is_cut_where_there_are_pauses(model: SpeechModel, audio: Samples) -> None:
    spoken = loud(model, audio)
    for window in windows(model, audio, max_s=10.0):
        for span in window.spans:
            inside = [(a, b) for a, b in spoken if a + 0.05 < span.end < b - 0.05]
            assert inside == []


def test_every_second_of_speech_is_in_a_window(model: SpeechModel, audio: Samples) -> None:
    spans = [span for window in windows(model, audio) for span in window.spans]
    for start, end in loud(model, audio):
        assert any(span.start <= start + 0.05 and end - 0.05 <= span.end for span in spans)


def test_the_first_window_leaves_before_the_rest_is_read(model: SpeechModel, audio: Samples) -> None:
    cutter = WindowCutter(model, 10.0)
    assert cutter.feed(piece(audio, 0, 32))


def test_silence_has_no_window(model: SpeechModel) -> None:
    assert windows(model, np.zeros(60 * SAMPLE_RATE, np.float32)) == []


def test_speech_without_a_pause_is_cut_all_the_same(model: SpeechModel, audio: Samples) -> None:
    spoken = np.concatenate([piece(audio, start, end) for start, end in loud(model, audio)])
    made = windows(model, spoken, max_s=5.0)
    assert len(made) > 10
    assert sum(len(window.audio) for window in made) >= 0.9 * len(spoken)


def test_a_file_shorter_than_a_frame_is_no_error(model: SpeechModel) -> None:
    assert windows(model, np.zeros(10, np.float32)) == []


def share_of_speech(model: SpeechModel, audio: Samples) -> float:
    """The part of the audio in which speech is found."""
    return sum(end - start for start, end in loud(model, audio)) * SAMPLE_RATE / len(audio)


@pytest.mark.parametrize("level_db", [20, 10, -20, -40, -50, -60])
def test_speech_is_found_at_any_level(level_db: int, model: SpeechModel, audio: Samples) -> None:
    part = piece(audio, 0, 30)
    shifted = np.clip(part * np.float32(10 ** (level_db / 20)), -1, 1)
    assert share_of_speech(model, shifted) == pytest.approx(share_of_speech(model, part), abs=0.03)


@pytest.mark.parametrize("level_db", [-100, -80, -70, -60, -50, -40, -30])
def test_noise_stays_silent_at_any_level(level_db: int, model: SpeechModel) -> None:
    white = np.random.default_rng(1).normal(0, 10 ** (level_db / 20), 40 * SAMPLE_RATE).astype(np.float32)
    brown = np.cumsum(white) / np.float32(30)
    hum = np.sin(np.arange(len(white)) * 2 * np.pi * 50 / SAMPLE_RATE, dtype=np.float32) * 10 ** (level_db / 20)
    for sound in (white, brown - brown.mean(), white + hum.astype(np.float32)):
        assert stretches(model, sound, len(sound)) == []


def test_a_quiet_voice_beside_a_loud_one_is_found(model: SpeechModel, audio: Samples) -> None:
    loud_voice, pause = piece(audio, 0, 10), np.zeros(4 * SAMPLE_RATE, np.float32)
    both = np.concatenate([loud_voice, pause, loud_voice * np.float32(0.001)])
    assert share_of_speech(model, both[-10 * SAMPLE_RATE :]) > 0.7
    assert sum(end - max(14, start) for start, end in loud(model, both) if end > 14) > 7


@pytest.mark.parametrize("silence_s", [5, 30, 300])
def test_speech_after_a_long_silence_is_found_as_at_the_start(
    silence_s: int, model: SpeechModel, audio: Samples
) -> None:
    spoken, silence = piece(audio, 0, 3), np.zeros(silence_s * SAMPLE_RATE, np.float32)
    first, *_, last = loud(model, np.concatenate([spoken, silence, spoken]))
    assert last[0] - first[0] == pytest.approx(3 + silence_s, abs=0.1)
    assert last[1] - last[0] == pytest.approx(first[1] - first[0], abs=0.2)


def test_the_network_starts_afresh_for_what_follows_a_silence_and_not_within_speech(audio: Samples) -> None:
    model, second = Listening(), SAMPLE_RATE / FRAME
    silence = np.zeros(20 * SAMPLE_RATE, np.float32)
    stretches(model, np.concatenate([piece(audio, 0, 20), silence, piece(audio, 20, 40)]), 16_001)
    fresh_s = [frame / second for frame in model.fresh_at]
    assert fresh_s[0] == 0
    assert all(24 <= start_s <= 40 for start_s in fresh_s[1:])
    assert max(fresh_s) > 38


@pytest.mark.parametrize("size", [4_001, 100_000])
def test_the_state_after_silence_does_not_depend_on_the_block_size(
    size: int, model: SpeechModel, audio: Samples
) -> None:
    silence = np.zeros(21 * SAMPLE_RATE, np.float32)
    spoken = np.concatenate([piece(audio, 0, 7), silence, piece(audio, 7, 11) * np.float32(0.001), silence])
    assert stretches(model, spoken, size) == stretches(model, spoken, len(spoken))
