"""One version: of the repository, of both services, and of the newest section of the changelog."""

import re
import subprocess
import tomllib
from importlib.metadata import version

import pytest

from infra.sandbox.paths import ROOT

VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
HEADING = re.compile(r"^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


@pytest.mark.parametrize("service", ["transcriber", "consumer"])
def test_a_service_has_the_repository_s_version(service: str) -> None:
    project = tomllib.loads((ROOT / "services" / service / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
    assert version(f"lectern-{service}") == VERSION, "installed is another one: rm .venv/.stamp, then ./dev setup"


def test_the_changelog_begins_with_what_is_not_released_and_then_this_version() -> None:
    (first, _), (second, released_on), *_ = HEADING.findall((ROOT / "CHANGELOG.md").read_text())
    assert (first, second) == ("Unreleased", VERSION)
    assert released_on


@pytest.mark.parametrize("command", ["transcriber", "lectern"])
def test_a_command_says_its_version(command: str) -> None:
    done = subprocess.run([command, "--version"], check=True, capture_output=True, text=True)
    assert done.stdout == f"{command} {VERSION}\n"
