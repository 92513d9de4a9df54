"""The main job: a message on a queue goes in, a completed row and its assets come out."""

import hashlib
import json

import pytest

from infra.sandbox.standins.youtube import LECTURE_URL
from infra.sandbox.system import EmbeddedSystem
from tests.support.e2e.steps import until_queue_is_empty, until_status
from tests.support.words import POCKET_WER, TOLERANCE, word_error_rate

pytestmark = [pytest.mark.asyncio(loop_scope="session")]
FILES = {
    "audio.mp3",
    "transcript.json",
    "transcript.srt",
    "transcript.vtt",
    "transcript.txt",
    "flashcards.json",
    "quiz.json",
    "outline.json",
    "flashcards.csv",
    "flashcards.tsv",
    "notes.md",
    "deck.apkg",
    "study.html",
}


async def test_a_message_becomes_a_completed_row_whose_manifest_tells_the_truth(
    system: EmbeddedSystem, sample_text: str
) -> None:
    await system.send({"video_id": "main-1", "youtube_url": LECTURE_URL})
    row = await until_status(system, "main-1", "completed", "failed", "rejected")
    assert row["status"] == "completed", row["error_message"]
    manifest = json.loads(await system.read_object(row["manifest_key"]))
    assert set(manifest["files"]) == FILES
    for stored in manifest["files"].values():
        body = await system.read_object(stored["key"])
        assert hashlib.sha256(body).hexdigest() == stored["sha256"]
        assert len(body) == stored["size_bytes"]
    transcript = json.loads(await system.read_object(row["transcript_key"]))
    assert word_error_rate(sample_text, transcript["text"]) <= POCKET_WER + TOLERANCE
    cards = json.loads(await system.read_object(row["flashcards_key"]))["cards"]
    quiz = json.loads(await system.read_object(row["quiz_key"]))["items"]
    assert cards
    assert quiz
    assert all(note["proof"]["quote"] for note in (*cards, *quiz))
    assert (row["progress"], row["attempts"], row["lease_owner"]) == (1.0, 1, None)


async def test_the_same_message_twice_is_worked_on_once(system: EmbeddedSystem) -> None:
    for _ in range(2):
        await system.send({"videoId": "twice-1", "url": LECTURE_URL})
    await until_status(system, "twice-1", "completed")
    await until_queue_is_empty(system)
    attempts = await system.query("SELECT * FROM lectern.video_attempt WHERE video_id = 'twice-1'")
    assert [attempt["outcome"] for attempt in attempts] == ["completed"]


async def test_an_operator_can_submit_a_video_and_read_its_story(system: EmbeddedSystem) -> None:
    await system.lectern("submit", LECTURE_URL, "--id", "operator-1")
    await until_status(system, "operator-1", "completed")
    assert "completed" in await system.lectern("status", "operator-1")
    story = await system.lectern("explain", "operator-1")
    assert "transcribe" in story
    assert "next: nothing: it is done" in story


async def test_the_doctor_finds_everything_well(system: EmbeddedSystem) -> None:
    assert "BAD" not in await system.lectern("doctor")
