"""Wrong notes among good ones, and a judge who knows the lecture: what the second pass leaves."""

from tests.support.consumer.study_samples import TALK, long_lecture
from tests.support.consumer.writers.planted import plant


async def test_wrong_notes_are_refused_and_good_ones_stay() -> None:
    seen = await plant(long_lecture(700), TALK, notes=400, wrong_every=2)
    assert seen.wrong >= 200
    assert seen.wrong_kept <= 0.05 * seen.wrong
    assert seen.good_kept > 0.95 * seen.good
