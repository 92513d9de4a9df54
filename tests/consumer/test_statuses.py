"""The words of a row's `status` are the same in the code, in every SQL statement and in the README."""

import re

import pytest

from consumer.database.statements import blanks, statements
from consumer.database.tables import Tables
from consumer.models import Status
from infra.sandbox.paths import ROOT

WORDS = set(Status)
MIGRATIONS = ROOT / "services/consumer/src/consumer/database/migrations"
COMPARED = re.compile(r"\bstatus (?:=|<>|IN|NOT IN) (?:'(\w+)'|\(([^)$]*)\))")


def compared(sql: str) -> set[str]:
    """Every word that a statement sets as a status or compares one with."""
    return {word for one, several in COMPARED.findall(sql) for word in re.findall(r"\w+", one or several)}


def test_every_statement_uses_statuses_that_there_are() -> None:
    ours = statements("videos.sql", blanks(Tables()))
    found = {name: words for name, sql in ours.items() if (words := compared(sql))}
    assert {"claim", "complete", "reject", "submit", "expire"} <= set(found)
    assert set[str]().union(*found.values()) == WORDS


def test_a_table_that_we_make_starts_a_row_with_a_status_that_there_is() -> None:
    text = (MIGRATIONS / "0001_video.sql").read_text()
    listed = re.search(r"-- ([\w ]+)\n *ADD COLUMN IF NOT EXISTS status +text NOT NULL DEFAULT '(\w+)'", text)
    assert listed
    assert set(listed[1].split()) <= WORDS
    assert listed[2] in WORDS


@pytest.mark.parametrize("status", Status)
def test_the_readme_says_every_status(status: Status) -> None:
    assert re.search(rf"\b{status}\b", (ROOT / "README.md").read_text())


def test_another_services_word_is_no_status_of_ours() -> None:
    assert Status.named("archived") is None
    assert Status.named("queued") is Status.QUEUED
