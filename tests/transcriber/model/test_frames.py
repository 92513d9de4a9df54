"""At how many frames a window is encoded."""

import numpy as np
import pytest

from transcriber.model.frames import FRAMES, cut_to, frames_for, padded


@pytest.mark.parametrize(
    ("duration_s", "encoded_s"),
    [(0.3, 10), (5.0, 10), (5.1, 15), (7.5, 15), (8.0, 20), (12.5, 25), (12.6, 30), (15.0, 30), (30.0, 30)],
)
def test_a_window_is_padded_by_its_own_length_to_a_step_of_five_seconds(duration_s: float, encoded_s: float) -> None:
    assert frames_for(duration_s) == encoded_s * 100


def test_features_lose_padding_only_and_get_it_back() -> None:
    mel = padded(np.ones((80, 400), np.float32))
    assert mel.shape == (80, FRAMES)
    short = cut_to(mel, frames_for(4.0))
    assert short.shape == (80, 1000)
    assert np.array_equal(padded(short), mel)
