"""The JSON that is asked of a language model, and reading what came back, whole or not."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from consumer.study.schema import CardDraft, OutlineDraft, QuizDraft, SectionDraft, Task, TermDraft, Verdict

Written = TypeVar("Written", bound=BaseModel)
LETTERS = ("a", "b", "c", "d")
BEGIN = re.compile(r'\{\s*"(summary|sections|terms|cards|quiz|verdicts)"\s*:')
TEXT: dict[str, object] = {"type": "string"}
LEVEL: dict[str, object] = {"type": "string", "enum": ["remember", "understand", "apply"]}


@dataclass(frozen=True)
class Answer:
    """What is valid, the number of notes that are not, and whether there was anything like an answer."""

    cards: tuple[CardDraft, ...]
    quiz: tuple[QuizDraft, ...]
    malformed: int
    readable: bool
    outline: OutlineDraft | None = None
    verdicts: tuple[Verdict, ...] = ()


def answer_schema(task: Task = "cards") -> dict[str, object]:
    """One schema for all that is asked about a transcript: another would miss the cached one, which comes after it."""
    if task == "judge":
        return _object({"verdicts": _list_of(_verdict())})
    return _object(
        {
            "summary": TEXT,
            "sections": _list_of(
                {"first_line": {"type": "integer"}, "title": TEXT, "summary": TEXT, "aside": {"type": "boolean"}}
            ),
            "terms": _list_of({"heard": TEXT, "correct": TEXT, "definition": TEXT, "quote": TEXT}),
            "cards": _list_of(_card()),
            "quiz": _list_of(_item()),
        }
    )


def read_answer(text: str) -> Answer:
    """Every whole note in `text`, which may be cut off anywhere or stand in a code fence."""
    found = _parsed(text)
    cards, bad_cards = _valid(CardDraft, found, "cards")
    quiz, bad_quiz = _valid(QuizDraft, found, "quiz")
    verdicts, _ = _valid(Verdict, found, "verdicts")
    return Answer(
        tuple(cards),
        tuple(quiz),
        malformed=bad_cards + bad_quiz,
        readable=bool(found),
        outline=_outline(found),
        verdicts=tuple(verdicts),
    )


def _outline(found: Mapping[str, object]) -> OutlineDraft | None:
    sections, _ = _valid(SectionDraft, found, "sections")
    terms, _ = _valid(TermDraft, found, "terms")
    summary = found.get("summary")
    said = summary.strip() if isinstance(summary, str) else ""
    return OutlineDraft(said, tuple(sections), tuple(terms)) if said or sections or terms else None


def _parsed(text: str) -> dict[str, object]:
    """The answer's JSON, up to the last note that is whole: words around it and a cut do not matter."""
    begun = BEGIN.search(text)
    start, end = (begun.start(), len(text)) if begun else (0, 0)
    while (end := text.rfind("}", start, end)) > start:
        try:
            return cast("dict[str, object]", from_json(text[start : end + 1], allow_partial=True))
        except ValueError:
            continue  # something before this brace is no JSON
    return {}


def _valid(kind: type[Written], found: Mapping[str, object], name: str) -> tuple[list[Written], int]:
    notes: list[Written] = []
    malformed = 0
    elements = found.get(name)
    for element in cast("Iterable[object]", elements) if isinstance(elements, list) else ():
        try:
            notes.append(kind.model_validate(element))
        except ValidationError:
            malformed += 1
    return notes, malformed


def _card() -> dict[str, object]:
    kind: dict[str, object] = {"type": "string", "enum": ["basic", "cloze", "definition", "why"]}
    tags: dict[str, object] = {"type": "array", "items": TEXT}
    return {"kind": kind, "front": TEXT, "back": TEXT, "quote": TEXT, "level": LEVEL, "tags": tags}


def _item() -> dict[str, object]:
    options = {f"option_{letter}": TEXT for letter in LETTERS}
    reasons = {f"why_{letter}": TEXT for letter in LETTERS}
    letter: dict[str, object] = {"type": "string", "enum": list(LETTERS)}
    return {
        "stem": TEXT, **options, "correct": letter, "explanation": TEXT, **reasons, "quote": TEXT, "level": LEVEL
    }  # fmt: skip


def _verdict() -> dict[str, object]:
    support: dict[str, object] = {"type": "string", "enum": ["supports", "partly", "no"]}
    return {
        "note": {"type": "integer"},
        "support": support,
        "answer": {"type": "string", "enum": [*LETTERS, ""]},
        "also": TEXT,
        "guessable": {"type": "boolean"},
        "reason": TEXT,
    }


def _list_of(properties: Mapping[str, object]) -> dict[str, object]:
    return {"type": "array", "items": _object(properties)}


def _object(properties: Mapping[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
