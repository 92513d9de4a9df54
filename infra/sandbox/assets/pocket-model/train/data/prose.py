"""Optional: natural sentences from text files on this machine, kept where the model knows every word."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

SUFFIXES = {".md", ".rst", ".txt", ".pod"}
SENTENCE = re.compile(r"(?:(?<=[.?] )|^)([A-Z][a-zA-Z',]*(?: [a-zA-Z',]+){3,15}[.?])(?= [A-Z]|$)")
READ_CHARACTERS = 400_000


def find_prose(folders: list[Path], words: list[str]) -> list[str]:
    """The sentences of 4 to 16 words below `folders` that use only `words`, in a fixed random order."""
    known = set(words)
    found = {sentence for folder in folders for path in _files(folder) for sentence in _sentences(path, known)}
    ordered = sorted(found)
    Random(5).shuffle(ordered)
    return ordered


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES and path.is_file())


def _sentences(path: Path, known: set[str]) -> Iterator[str]:
    text = path.read_text("utf-8", errors="ignore")[:READ_CHARACTERS]
    for paragraph in re.split(r"\n\s*\n", re.sub(r"[`*]", "", text)):
        for sentence in SENTENCE.findall(" ".join(paragraph.split())):
            if all(word.lower() in known for word in re.findall(r"[A-Za-z']+", sentence)):
                yield sentence
