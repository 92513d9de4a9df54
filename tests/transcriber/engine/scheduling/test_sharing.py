"""Rows that do not fill a batch for each model: how many the next batch takes."""

import pytest

from transcriber.engine.scheduling.sharing import share


@pytest.mark.parametrize(
    ("costs", "most", "models", "taken"),
    [
        ([3000, 3000], 4, 2, 1),
        ([3000] * 4, 4, 2, 2),
        ([3000] * 5, 4, 2, 3),
        ([3000] * 7, 4, 3, 3),
        ([3000, 3000, 1500], 4, 2, 1),
        ([1500, 3000, 3000], 4, 2, 1),
        ([3000, 1000, 1000, 1000], 4, 2, 1),
        ([1000] * 3, 4, 2, 2),
        ([3000], 4, 2, 1),
    ],
)
def test_a_batch_takes_as_many_rows_as_make_the_end_no_later(
    costs: list[float], most: int, models: int, taken: int
) -> None:
    assert share(costs, most, models) == taken


def test_one_model_takes_full_batches() -> None:
    assert share([3000, 1000, 1000], 8, 1) == 8


def test_a_long_queue_is_taken_in_full_batches() -> None:
    assert share([3000] * 9, 4, 2) == 4
