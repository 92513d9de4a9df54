"""The images' recipes, as hadolint reads them."""

import re
import subprocess
from pathlib import Path

import pytest

from infra.sandbox.paths import ROOT

RECIPES = sorted(path for folder in ("services", "tests") for path in (ROOT / folder).rglob("*Dockerfile"))


def test_there_are_recipes() -> None:
    assert len(RECIPES) == 3


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: str(path.relative_to(ROOT)))
def test_hadolint_finds_nothing(recipe: Path) -> None:
    done = subprocess.run(["hadolint", "--no-color", str(recipe)], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


@pytest.mark.parametrize("recipe", sorted(ROOT.glob("services/*/Dockerfile")), ids=lambda path: path.parent.name)
def test_nothing_is_installed_without_its_hash(recipe: Path) -> None:
    text = recipe.read_text().replace("\\\n", "")
    installs = re.findall(r"pip (?:install|sync)[^&\n]*", text)
    assert len(installs) == 3
    assert all("--require-hashes" in each or each.endswith("--no-deps /wheels/*.whl ") for each in installs)
    assert "--no-build-isolation" in text  # which would fetch the builder
