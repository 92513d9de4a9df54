"""The images' recipes, as hadolint reads them."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPES = sorted(path for folder in ("services", "tests") for path in (ROOT / folder).rglob("*Dockerfile"))


def test_there_are_recipes() -> None:
    assert len(RECIPES) == 3


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: str(path.relative_to(ROOT)))
def test_hadolint_finds_nothing(recipe: Path) -> None:
    done = subprocess.run(["hadolint", "--no-color", str(recipe)], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0
