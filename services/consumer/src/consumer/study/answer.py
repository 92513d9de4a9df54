"""The JSON that is asked of a language model, and reading what came back, whole or not."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from consumer.study.schema import CardDraft, QuizDraft

Written = TypeVar("Written", bound=BaseModel)
LETTERS = ("a", "b", "c", "d")
EMPTY = "The answer of the model holds no note that can be used"
CUT = "An answer of the model was cut off at its length limit; the whole notes in it were kept."
DECLINED = "The model declined to write about a part of this lecture."
NO_NOTES = re.compile(r'"(cards|quiz)"\s*:\s*\[\s*\]')
GAP = re.compile(r"[\s,]*")


@dataclass(frozen=True)
class Answer:
    """The notes that are valid, the number of those that are not, and whether there was anything like an answer."""

    cards: tuple[CardDraft, ...]
    quiz: tuple[QuizDraft, ...]
    malformed: int
    readable: bool


def answer_schema() -> dict[str, object]:
    """One schema for both tasks: another schema would miss the cached transcript, which comes after it."""
    text: dict[str, object] = {"type": "string"}
    options = {f"option_{letter}": text for letter in LETTERS}
    letter: dict[str, object] = {"type": "string", "enum": list(LETTERS)}
    card = {"front": text, "back": text, "quote": text}
    item = {"stem": text, **options, "correct": letter, "explanation": text, "quote": text}
    return _object({"cards": _list_of(card), "quiz": _list_of(item)})


def read_answer(text: str) -> Answer:
    """Every whole note in `text`, which may be cut off anywhere or stand in a code fence."""
    cards, bad_cards = _valid(CardDraft, _objects(text, "cards"))
    quiz, bad_quiz = _valid(QuizDraft, _objects(text, "quiz"))
    malformed = bad_cards + bad_quiz
    return Answer(tuple(cards), tuple(quiz), malformed, bool(cards or quiz or malformed or NO_NOTES.search(text)))


def _objects(text: str, name: str) -> Iterator[object]:
    """The elements of the list called `name`, up to the first that is not whole."""
    decoder = json.JSONDecoder()
    opened = re.search(rf'"{name}"\s*:\s*\[', text)
    at = opened.end() if opened else len(text)
    while (at := _after_gap(text, at)) < len(text) and text[at] != "]":
        try:
            element, at = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            return
        yield element


def _after_gap(text: str, at: int) -> int:
    gap = GAP.match(text, at)
    return gap.end() if gap else at


def _valid(kind: type[Written], elements: Iterator[object]) -> tuple[list[Written], int]:
    notes: list[Written] = []
    malformed = 0
    for element in elements:
        try:
            notes.append(kind.model_validate(element))
        except ValidationError:
            malformed += 1
    return notes, malformed


def _list_of(properties: Mapping[str, object]) -> dict[str, object]:
    return {"type": "array", "items": _object(properties)}


def _object(properties: Mapping[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
