"""The JSON that is asked of a language model, and reading what came back, whole or not."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from consumer.study.schema import CardDraft, QuizDraft

Written = TypeVar("Written", bound=BaseModel)
LETTERS = ("a", "b", "c", "d")
BEGIN = re.compile(r'\{\s*"(cards|quiz)"\s*:')


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
    found = _parsed(text)
    cards, bad_cards = _valid(CardDraft, found.get("cards", []))
    quiz, bad_quiz = _valid(QuizDraft, found.get("quiz", []))
    return Answer(tuple(cards), tuple(quiz), malformed=bad_cards + bad_quiz, readable=bool(found))


def _parsed(text: str) -> dict[str, list[object]]:
    """The lists of the answer's JSON, up to the last note that is whole: words around it and a cut do not matter."""
    begun = BEGIN.search(text)
    start, end = (begun.start(), len(text)) if begun else (0, 0)
    while (end := text.rfind("}", start, end)) > start:
        try:
            found = from_json(text[start : end + 1], allow_partial=True)
        except ValueError:
            continue  # something before this brace is no JSON
        return {name: notes for name, notes in found.items() if isinstance(notes, list)}
    return {}


def _valid(kind: type[Written], elements: Iterable[object]) -> tuple[list[Written], int]:
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
