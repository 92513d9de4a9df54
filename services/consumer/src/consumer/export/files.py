"""What a lecture becomes: the files of one attempt, in one folder, ready to be published or looked at."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consumer.export import subtitles
from consumer.export.anki import write_deck
from consumer.export.links import moment
from consumer.export.page import study_page
from consumer.material import Card, QuizItem, StudyMaterial
from consumer.models import Audio, Source, Transcript
from consumer.study.lint import lint

MEDIA_TYPES = {
    "audio.mp3": "audio/mpeg",
    "transcript.json": "application/json",
    "transcript.srt": "application/x-subrip",
    "transcript.vtt": "text/vtt",
    "transcript.txt": "text/plain; charset=utf-8",
    "flashcards.json": "application/json",
    "quiz.json": "application/json",
    "deck.apkg": "application/octet-stream",
    "study.html": "text/html; charset=utf-8",
}


@dataclass(frozen=True)
class JobResult:
    """Everything that the steps made from one video; `reused` names what an earlier attempt had made."""

    source: Source
    audio: Audio
    transcript: Transcript
    material: StudyMaterial
    seconds: dict[str, float]
    reused: tuple[str, ...] = ()


def write_assets(made: JobResult, folder: Path) -> dict[str, Path]:
    """Write every asset but the manifest into `folder`; paths by name. The audio is there already."""
    material, transcript = made.material, made.transcript
    about = {"provider": material.provider, "model": material.model, "warnings": list(material.warnings)}
    texts = {
        "transcript.json": transcript.model_dump_json(indent=1, exclude_none=True),
        "transcript.srt": subtitles.to_srt(transcript),
        "transcript.vtt": subtitles.to_vtt(transcript),
        "transcript.txt": subtitles.to_text(transcript),
        "flashcards.json": _json({**about, "cards": _linked(material.cards, made.source)}),
        "quiz.json": _json(
            {**about, "lint": lint(material.quiz).model_dump(), "items": _linked(material.quiz, made.source)}
        ),
        "study.html": study_page(material, transcript, made.source),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    write_deck(material, made.source, folder / "deck.apkg")
    return {name: made.audio.path if name == "audio.mp3" else folder / name for name in MEDIA_TYPES}


def _linked(notes: Sequence[Card | QuizItem], source: Source) -> list[dict[str, Any]]:
    """Notes with the address of the moment in the video that proves them; null for a file."""
    return [{**note.model_dump(), "link": moment(source, note.proof.start_s)} for note in notes]


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
