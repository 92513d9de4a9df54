"""What a lecture becomes: the files of one attempt, in one folder, ready to be published or looked at."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consumer.export import subtitles
from consumer.export.decks.anki import write_deck
from consumer.export.decks.sounds import quoted_sounds
from consumer.export.decks.tables import to_anki_csv, to_quizlet
from consumer.export.links import moment
from consumer.export.markdown import to_markdown
from consumer.export.page import study_page
from consumer.material import Card, Outline, QuizItem, StudyMaterial
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
    "outline.json": "application/json",
    "flashcards.csv": "text/csv; charset=utf-8",
    "flashcards.tsv": "text/tab-separated-values; charset=utf-8",
    "notes.md": "text/markdown; charset=utf-8",
    "deck.apkg": "application/octet-stream",
    "study.html": "text/html; charset=utf-8",
}


@dataclass(frozen=True)
class JobResult:
    """Everything that the steps made from one video; `reused` names what an earlier attempt had made.

    `changed_at` says when a note's words last changed, in seconds since 1970, by its id. With `deck_sounds` the
    deck plays the quoted words.
    """

    source: Source
    audio: Audio
    transcript: Transcript
    material: StudyMaterial
    seconds: dict[str, float]
    reused: tuple[str, ...] = ()
    changed_at: Mapping[str, int] = field(default_factory=dict[str, int])
    deck_sounds: bool = False


def write_assets(made: JobResult, folder: Path) -> dict[str, Path]:
    """Write every asset but the manifest into `folder`; paths by name. The audio is there already."""
    material, transcript = made.material, made.transcript
    about = {"provider": material.provider, "model": material.model, "warnings": list(material.warnings)}
    texts = {
        "transcript.json": transcript.model_dump_json(indent=1, exclude_none=True),
        "transcript.srt": subtitles.to_srt(transcript),
        "transcript.vtt": subtitles.to_vtt(transcript),
        "transcript.txt": subtitles.to_text(transcript),
        "flashcards.json": _json({**about, "cards": _linked(material.cards, made)}),
        "quiz.json": _json({**about, "lint": _lint(material), "items": _linked(material.quiz, made)}),
        "outline.json": _json({**about, **_about(made), **_outline(material.outline)}),
        "flashcards.csv": to_anki_csv(material, made.source),
        "flashcards.tsv": to_quizlet(material),
        "notes.md": to_markdown(material, transcript, made.source),
        "study.html": study_page(material, transcript, made.source),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    sounds = quoted_sounds(made.audio, material) if made.deck_sounds else {}
    write_deck(material, made.source, folder / "deck.apkg", made.changed_at, sounds)
    return {name: made.audio.path if name == "audio.mp3" else folder / name for name in MEDIA_TYPES}


def _linked(notes: Sequence[Card | QuizItem], made: JobResult) -> list[dict[str, Any]]:
    """Notes with the address of the moment in the video that proves them (null for a file), and their date."""
    return [
        {
            **note.model_dump(),
            "link": moment(made.source, note.proof.start_s),
            "changed_at": made.changed_at.get(note.id),
        }
        for note in notes
    ]


def _lint(material: StudyMaterial) -> dict[str, Any]:
    """What is wrong with the quiz; no score for one that no model wrote: that it is hard to guess is no praise."""
    found = lint(material.quiz).model_dump()
    return {**found, "score": None} if material.provider == "extractive" else found


def _about(made: JobResult) -> dict[str, Any]:
    """Which lecture it is, so that a course can be put together of folders."""
    source, transcript = made.source, made.transcript
    video = {"youtube_id": source.youtube_id, "title": source.title, "channel": source.channel}
    return {"video": video, "duration_s": transcript.duration_s, "language": transcript.language}


def read_about(path: Path, written: Mapping[str, Any]) -> Source:
    """The source, of `path`, that an `outline.json` tells of. Raises KeyError or TypeError where it tells of none."""
    video = written["video"]
    return Source(path, str(video["title"]), video["youtube_id"], video["channel"])


def _outline(outline: Outline | None) -> dict[str, Any]:
    """Empty where nobody saw the lecture as a whole."""
    return outline.model_dump() if outline else {"summary": "", "sections": [], "terms": []}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
