"""Notes keep the ids of earlier runs, through what the bucket remembers."""

import json
from pathlib import Path

from consumer.export.files import JobResult
from consumer.models import Audio
from consumer.pipeline.note_ids import keep_note_ids
from tests.support.consumer.bucket import Bucket
from tests.support.consumer.study_page import MATERIAL, SAID
from tests.support.consumer.study_samples import TALK

KEY = "videos/v1/notes.json"
MADE = JobResult(TALK, Audio(Path("audio.mp3"), 9.0), SAID, MATERIAL, {})


def _reworded() -> JobResult:
    cards = tuple(
        card.model_copy(update={"id": f"x{card.id}", "front": f"Say: {card.front}"}) for card in MATERIAL.cards
    )
    return JobResult(TALK, MADE.audio, SAID, MATERIAL.model_copy(update={"cards": cards}), {})


async def test_a_reworded_run_keeps_the_ids_of_the_run_before() -> None:
    bucket = Bucket()
    await keep_note_ids(MADE, bucket, KEY)
    again = await keep_note_ids(_reworded(), bucket, KEY)
    assert [card.id for card in again.material.cards] == ["c1", "c2", "c3"]
    assert set(again.changed_at) == {"c1", "c2", "c3", "q1", "q2"}


async def test_a_memory_that_cannot_be_read_counts_as_empty_and_is_written_anew() -> None:
    bucket = Bucket()
    await bucket.keep(KEY, b"{ no json")
    made = await keep_note_ids(MADE, bucket, KEY)
    assert made.material == MATERIAL
    assert len(json.loads(await bucket.find(KEY) or b"{}")["notes"]) == 5
