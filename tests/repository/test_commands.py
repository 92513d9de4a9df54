"""Every command that the documents and CI have people type is there."""

import re
import subprocess

import pytest

from consumer.cli.commands import app
from infra.sandbox.paths import ROOT

DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "infra/README.md",
    "infra/RUNBOOK.md",
    ".github/workflows/ci.yml",
    ".ci/run",
)
COMMANDS = {
    str(each.name or getattr(each.callback, "__name__", "")).replace("_", "-") for each in app.registered_commands
}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_dev_command_is_listed(document: str) -> None:
    usage = subprocess.run([ROOT / "dev", "help"], check=True, capture_output=True, text=True).stdout
    listed = set(re.findall(r"^  ([a-z]+) ", usage, re.MULTILINE))
    assert set(re.findall(r"(?<![\w/])\./dev ([a-z]+)", (ROOT / document).read_text())) - listed == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_command_of_lectern_exists(document: str) -> None:
    typed = re.findall(r"(?:`|exec consumer |bin/)lectern ([a-z][a-z-]+)", (ROOT / document).read_text())
    assert set(typed) - COMMANDS == set()


def test_whoever_reads_the_usage_finds_every_command() -> None:
    arms = re.findall(r"^ {6}([a-z]+)\) ", (ROOT / "dev").read_text(), re.MULTILINE)
    usage = subprocess.run([ROOT / "dev"], check=True, capture_output=True, text=True).stdout
    assert [arm for arm in arms if f"\n  {arm} " not in usage] == []
