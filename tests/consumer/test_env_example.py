""".env.example lists every setting there is and none that there is not, each with its default and words about it."""

import re
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from consumer.settings import Settings as ConsumerSettings
from infra.sandbox.paths import ROOT
from transcriber.settings import Settings as TranscriberSettings

LINE = re.compile(r"^(?P<comment># )?(?P<name>[A-Z][A-Z0-9_]+)=(?P<value>.*)$")
BOTO = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
COMPOSE = {"COMPOSE_PROFILES"}
ADVISED = {"DB_SSLMODE"}  # in the block AWS stands what to use there, not the default


def lines() -> list[str]:
    return (ROOT / ".env.example").read_text().splitlines()


def listed() -> dict[str, tuple[bool, str]]:
    """Each variable: whether it is commented out, and its value."""
    found = [match for line in lines() if (match := LINE.match(line))]
    return {match["name"]: (bool(match["comment"]), match["value"]) for match in found}


def fields() -> dict[str, Any]:
    """Each setting of either service, with its default."""
    kinds: tuple[type[BaseSettings], ...] = (TranscriberSettings, ConsumerSettings)
    return {name: field.default for kind in kinds for name, field in kind.model_fields.items()}


def test_every_setting_is_listed_and_nothing_else() -> None:
    composed = "".join(
        (ROOT / name).read_text()
        for name in ("docker-compose.yml", "docker-compose.gpu.yml", "infra/cloudformation/docker-compose.logs.yml")
    )
    passed_on = re.findall(r"\$\{([A-Z0-9_]+)|^ +([A-Z0-9_]+):$", composed, re.MULTILINE)
    known = {name.upper() for name in fields()} | {one or other for one, other in passed_on} | BOTO | COMPOSE
    assert set(listed()) == known


def secrets(kind: type[BaseSettings]) -> set[str]:
    """Variables that nobody else should know."""
    return {name.upper() for name, field in kind.model_fields.items() if "Secret" in str(field.annotation)}


@pytest.mark.parametrize(
    ("container", "theirs"),
    [
        ("x-transcriber", secrets(ConsumerSettings) | BOTO | {"YTDLP_PROXY"}),
        ("x-consumer", secrets(TranscriberSettings) | {"HF_TOKEN"}),
    ],
)
def test_a_container_is_told_no_secret_of_the_other_service(container: str, theirs: set[str]) -> None:
    """It gets all of .env, so that a new setting needs no line in the compose file; a new secret needs one."""
    told = yaml.safe_load((ROOT / "docker-compose.yml").read_text())[container]["environment"]
    assert {name for name in theirs if told.get(name) != ""} == set()


def test_every_variable_has_words_above_it() -> None:
    """A comment, or another variable of the same group that has one."""
    explained = False
    for line in lines():
        if not LINE.match(line):
            explained = line.startswith("# ") and not line.startswith("# ---")
        assert explained or not LINE.match(line), line


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (name, shown)
        for name, (commented, shown) in listed().items()
        if commented and shown and name.lower() in fields() and name not in ADVISED
    ],
)
def test_what_is_commented_out_shows_the_default(name: str, shown: str) -> None:
    default = fields()[name.lower()]
    assert shown == str(default) or float(shown) == float(default)
