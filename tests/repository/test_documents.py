"""What the documents at the door say is there: every path, every link, every name from the code."""

import re
import subprocess
from collections.abc import Iterator
from functools import lru_cache

import pytest

from infra.sandbox.paths import ROOT

DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "infra/README.md",
    "infra/RUNBOOK.md",
    "tests/bench/README.md",
)
HOMES = (
    ROOT,
    ROOT / "infra",
    ROOT / "services/consumer/src/consumer",
    ROOT / "services/transcriber/src/transcriber",
)
"""From where a path may be read: `worker/lease.py` is the consumer's."""
MADE = ("out/", ".env", ".venv/", "quiz.json", "study.html")
"""Paths of what is made, not kept."""
NEW = "NAME"
"""In a recipe's path: what is to be made."""
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"(?:\]\(|<img src=\")([^)\s\"]+)")
PATH = re.compile(r"\.?[\w-]+(?:/[\w.-]+)+/?|\.?[\w-]+/|[\w.-]+\.(?:py|md|sql|sh|ya?ml|toml|json|html|js|css|svg|png)")
NAME = re.compile(r"[A-Z]\w*[a-z]\w*[A-Z]\w*|[A-Z][a-z]+|[A-Z]+_[A-Z_]+|[a-z]+(?:_[a-z]+)+")
KINDS = ("*.py", "*.yml", "*.sql", "*.sh", "pyproject.toml", ".env.example")
MOST_WORDS, MOST_TERMS = 80, 25


def _present() -> list[str]:
    return [name for name in DOCUMENTS if (ROOT / name).exists()]


def _spans(document: str) -> Iterator[str]:
    for span in SPAN.findall((ROOT / document).read_text()):
        yield from (word.lstrip("('\"").rstrip(".,;:)'\"") for word in span.split())


def _is_there(path: str) -> bool:
    return path.startswith(MADE) or NEW in path or any((home / path).exists() for home in HOMES)


@lru_cache(maxsize=1)
def _source() -> str:
    """All that git knows of and that is no document."""
    listed = subprocess.run(
        [
            "git",
            "-c",
            f"safe.directory={ROOT}",
            "ls-files",
            "-co",
            "--exclude-standard",
            *KINDS,
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return "\n".join((ROOT / name).read_text() for name in listed.stdout.split() if (ROOT / name).is_file())


@pytest.mark.parametrize("document", _present())
def test_every_path_in_a_document_exists(document: str) -> None:
    paths = {word for word in _spans(document) if PATH.fullmatch(word)}
    assert [path for path in sorted(paths) if not _is_there(path)] == []


@pytest.mark.parametrize("document", _present())
def test_every_link_in_a_document_leads_somewhere(document: str) -> None:
    links = {link.partition("#")[0] for link in LINK.findall((ROOT / document).read_text())}
    here = (ROOT / document).parent
    assert [link for link in sorted(links) if link and "://" not in link and not (here / link).exists()] == []


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_name_in_a_document_is_in_the_code(document: str) -> None:
    names = {word for word in _spans(document) if NAME.fullmatch(word)}
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", _source())] == []


def test_every_folder_in_the_picture_exists() -> None:
    home, missing = ROOT, list[str]()
    for line in (ROOT / "ARCHITECTURE.md").read_text().splitlines():
        if found := re.match(r"    (  )?([\w/]+/)  +\S", line):
            nested, folder = found.groups()
            home = home if nested else ROOT / folder
            missing += [folder] * (not (home / folder if nested else home).is_dir())
    assert missing == []


def test_the_architecture_is_told_in_short_paragraphs_and_few_words() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    paragraphs = [part for part in re.split(r"\n\n|\n(?=- |\| )", text) if not part.startswith("    ")]
    assert [part for part in paragraphs if len(part.split()) > MOST_WORDS] == []
    glossary = re.findall(r"^\| ([^|]+) \|", text.partition("| word |")[2].partition("\n\n")[0], re.MULTILINE)
    assert len([term for terms in glossary for term in terms.split(" · ")]) <= MOST_TERMS + 1, "and the line of dashes"
    assert text.count("\n## ") == 6
