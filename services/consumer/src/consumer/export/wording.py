"""The words of the interface, in the lecture's language where the table has it."""

import tomllib
from collections.abc import Mapping
from importlib import resources

LANGUAGES = ("en", "de", "es", "fr")
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"})


def interface_language(language: str) -> str:
    """The language that the page speaks: the lecture's, English where the table has no column for it."""
    primary = language.partition("-")[0].lower()
    return primary if primary in LANGUAGES else "en"


def is_right_to_left(language: str) -> bool:
    """Whether a page in this language is laid out from the right."""
    return language.partition("-")[0].lower() in RIGHT_TO_LEFT


def wording(language: str) -> dict[str, str]:
    """Every word of the interface by its key."""
    column = interface_language(language)
    return {key: row[column] for key, row in table().items()}


def table() -> Mapping[str, Mapping[str, str]]:
    """The whole table: key → language → words."""
    return tomllib.loads(resources.files("consumer.export").joinpath("templates/words.toml").read_text("utf-8"))
