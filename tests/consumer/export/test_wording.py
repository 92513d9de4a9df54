"""The table of the interface's words."""

import re
from importlib import resources

from consumer.export.wording import LANGUAGES, table, wording

TEMPLATES = resources.files("consumer.export").joinpath("templates")
USED = re.compile(r"\bw\.(\w+)|\bword\(\s*(?:\w+ \? )?\"(\w+)\"(?: : \"(\w+)\")?|w\.\w+ if \S+ else w\.(\w+)")
BUILT = re.compile(r"count\(\"(\w+)\"|entry\(\"(\w+)\"")


def _sources() -> str:
    rooms = [TEMPLATES / "study", TEMPLATES / "course"]
    return "\n".join(file.read_text("utf-8") for room in rooms if room.is_dir() for file in room.iterdir())


def test_every_word_is_there_in_every_language_with_the_same_values_in_it() -> None:
    for key, row in table().items():
        assert set(row) == set(LANGUAGES), key
        assert len({tuple(sorted(re.findall(r"\{\w+\}", words))) for words in row.values()}) == 1, key
        assert all(row.values()), key
        assert not hasattr(dict, key), "a template would print the method"


def test_every_word_that_the_page_asks_for_is_in_the_table() -> None:
    asked = {key for pattern in (USED, BUILT) for found in pattern.findall(_sources()) for key in found if key}
    assert asked - set(table()) == set()
    assert len(asked) > 70


def test_a_language_that_the_table_lacks_gets_english() -> None:
    assert wording("fi") == wording("en")
