"""`python -m infra.schemas.write`: the schemas anew, from the values that the consumer writes."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from consumer.material import Card, Outline, QuizItem, Usage
from consumer.models import Coverage, Transcript
from consumer.study.lint import QuizLint

FOLDER = Path(__file__).parent
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Linked(BaseModel):
    """What every note has beside its own fields."""

    link: str | None = Field(description="the moment in the video that proves the note; null for a file")
    changed_at: int | None = Field(description="when its words last changed, in seconds since 1970")


class LinkedCard(Card, Linked):
    """A card as it stands in flashcards.json."""


class LinkedItem(QuizItem, Linked):
    """A quiz item as it stands in quiz.json."""


class Written(BaseModel):
    """Who wrote it, and what a reader should know."""

    provider: str
    model: str
    warnings: list[str]


class Flashcards(Written):
    """flashcards.json"""

    cards: list[LinkedCard]


class Quiz(Written):
    """quiz.json; `lint` says how much of it could be guessed."""

    lint: QuizLint
    items: list[LinkedItem]


class Video(BaseModel):
    """Which lecture it is; `youtube_id` is null for a file."""

    youtube_id: str | None
    title: str
    channel: str | None


class WrittenOutline(Written, Outline):
    """outline.json; empty where nobody saw the lecture as a whole."""

    video: Video
    duration_s: float
    language: str


class Models(BaseModel):
    """Which models made it."""

    transcription: str
    study: str
    provider: str


class StoredFile(BaseModel):
    """An object in the bucket."""

    key: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size_bytes: int = Field(ge=0)


class Notes(BaseModel):
    """Whether a second pass judged every note, and how many were refused, by reason."""

    verified: bool
    dropped: dict[str, int]


class Manifest(BaseModel):
    """manifest.json, written last: every file that it names is there.

    `seconds` are by stage of the job, `stages` has the usage of each step of the writing.
    """

    version: int
    created_at: str = Field(json_schema_extra={"format": "date-time"})
    video: Video
    duration_s: float
    language: str
    models: Models
    usage: Usage
    cost_usd: float
    stages: dict[str, Usage]
    notes: Notes
    seconds: dict[str, float]
    reused: list[str]
    coverage: Coverage
    warnings: list[str]
    files: dict[str, StoredFile]


ASSETS: dict[str, type[BaseModel]] = {
    "transcript": Transcript,
    "flashcards": Flashcards,
    "quiz": Quiz,
    "outline": WrittenOutline,
    "manifest": Manifest,
}


def schemas() -> dict[str, str]:
    """Each schema's text by the name of its file."""
    return {f"{name}.schema.json": _text(name, model) for name, model in ASSETS.items()}


def _text(name: str, model: type[BaseModel]) -> str:
    schema: dict[str, Any] = {"$schema": DIALECT, **model.model_json_schema(), "title": f"{name}.json"}
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write them all."""
    for name, text in schemas().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
