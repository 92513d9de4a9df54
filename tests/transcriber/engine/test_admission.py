"""How long the queue is predicted to take, and when it is full."""

import pytest

from transcriber.engine.admission import PRIOR_SPEED, Admission
from transcriber.errors import Overloaded


def test_before_anything_is_measured_a_prior_is_believed() -> None:
    assert Admission("cpu", 1, 100).predicted_s(PRIOR_SPEED["cpu"]) == 1
    assert Admission("cuda", 2, 100).speed == 2 * PRIOR_SPEED["cuda"]


def test_full_batches_soon_replace_the_prior() -> None:
    admission = Admission("cpu", 1, 100)
    for _ in range(10):
        admission.measured(audio_s=120, busy_s=2, fill=1.0)
    assert admission.speed == pytest.approx(60, rel=0.05)


def test_an_almost_empty_batch_says_little() -> None:
    admission = Admission("cuda", 1, 100)
    admission.measured(audio_s=1, busy_s=1, fill=1 / 16)
    assert admission.speed > 0.9 * PRIOR_SPEED["cuda"]


def test_a_clip_does_not_wait_for_the_end_of_a_lecture_that_has_its_turns_meanwhile() -> None:
    admission = Admission("cpu", 1, 100)
    assert admission.predicted_s(10) < admission.eta_s(10, [3600, 7200]) < admission.predicted_s(12)


def test_files_with_less_left_or_as_much_go_first() -> None:
    admission = Admission("cpu", 1, 100)
    assert admission.eta_s(60, [10, 60]) == admission.predicted_s(130)


def test_a_full_queue_is_refused_until_there_is_room() -> None:
    admission = Admission("cpu", 1, max_queue_s=10)
    admission.check(10 * admission.speed)
    with pytest.raises(Overloaded, match="25 s of work are queued and 10 s are allowed") as refused:
        admission.check(25 * admission.speed)
    assert refused.value.retry_after_s == 15
