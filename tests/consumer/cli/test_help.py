"""`lectern --help` is enough to set a consumer up, and `--version` to report a bug."""

from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from consumer.cli.commands import app
from consumer.settings import Settings


def said(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_variable_is_explained_with_its_default(name: str) -> None:
    field = Settings.model_fields[name]
    (line,) = [line for line in said("--help").splitlines() if line.strip().startswith(f"{name.upper()} ")]
    assert field.description
    assert field.description in line
    assert line.endswith(("(needed by consume)", "(unset)", f"(default {field.default})"))


def test_the_version_is_that_of_the_package() -> None:
    assert said("--version") == f"lectern {version('lectern-consumer')}\n"
