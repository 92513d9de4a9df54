"""The linter against items that a person labelled: half of them sound, half to be seen only at the end."""

import pytest

from consumer.study.lint.flaws import flaws
from tests.support.consumer.quiz_items import labelled

PRECISION, RECALL = 0.9, 0.9


@pytest.mark.parametrize("name", ["development", "held_out"])
def test_nine_in_ten_flaws_are_found_and_nine_in_ten_findings_are_flaws(name: str) -> None:
    judged = [(each.flaw is not None, bool(list(flaws(each.item)))) for each in labelled(name)]
    assert len(judged) >= 60
    hits = sum(flawed and flagged for flawed, flagged in judged)
    assert hits / sum(flagged for _, flagged in judged) >= PRECISION
    assert hits / sum(flawed for flawed, _ in judged) >= RECALL


@pytest.mark.parametrize("name", ["development", "held_out"])
def test_a_flaw_is_called_by_its_name(name: str) -> None:
    flawed = [each for each in labelled(name) if each.flaw]
    assert sum(each.flaw in set(flaws(each.item)) for each in flawed) >= RECALL * len(flawed)
