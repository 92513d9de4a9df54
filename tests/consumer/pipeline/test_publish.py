"""Publishing: every asset, then a manifest that tells the truth about them."""

import hashlib
import json
from pathlib import Path

import pytest

from consumer.errors import TransientError
from consumer.export.files import MEDIA_TYPES, JobResult, write_assets
from consumer.models import Audio
from consumer.pipeline.publish import publish
from consumer.pipeline.write_study import write_study
from consumer.study.lint import MEASURES
from consumer.study.providers.extractive import ExtractiveProvider
from tests.support.consumer.bucket import Bucket
from tests.support.consumer.glossary import GLOSSARY
from tests.support.consumer.study_samples import TALK, segments, transcript_of

PREFIX = "videos/v1/000001"


@pytest.fixture
async def made(tmp_path: Path) -> JobResult:
    """Everything the steps make of a lecture that defines its words."""
    (tmp_path / "audio.mp3").write_bytes(b"ID3 not really")
    transcript = transcript_of(segments(*GLOSSARY))
    material = await write_study(transcript, TALK, ExtractiveProvider(("made without a model",)), lambda _: None)
    return JobResult(TALK, Audio(tmp_path / "audio.mp3", 104.0), transcript, material, {"download": 1.23456})


async def test_every_note_links_to_its_proof_and_the_quiz_says_how_fair_it_is(made: JobResult, tmp_path: Path) -> None:
    files = write_assets(made, tmp_path)
    quiz, cards = (json.loads(files[name].read_text()) for name in ("quiz.json", "flashcards.json"))
    assert quiz["lint"] == {"score": None, "findings": [], "measures": MEASURES}
    for note in (*quiz["items"], *cards["cards"]):
        assert note["link"].endswith(f"watch?v={TALK.youtube_id}&t={int(note['proof']['start_s'])}s")


async def test_every_asset_is_stored_and_the_manifest_comes_last(made: JobResult, tmp_path: Path) -> None:
    bucket, seen = Bucket(), list[float]()
    keys = await publish(made, write_assets(made, tmp_path), bucket, PREFIX, seen.append)
    assert list(bucket.objects) == [f"{PREFIX}/{name}" for name in (*MEDIA_TYPES, "manifest.json")]
    assert keys["quiz.json"] == f"{PREFIX}/quiz.json"
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


async def test_the_manifest_has_the_checksum_and_size_of_every_object(made: JobResult, tmp_path: Path) -> None:
    bucket = Bucket()
    keys = await publish(made, write_assets(made, tmp_path), bucket, PREFIX, lambda _: None)
    manifest = json.loads(bucket.objects[keys["manifest.json"]])
    assert set(manifest["files"]) == set(MEDIA_TYPES)
    for each in manifest["files"].values():
        data = bucket.objects[each["key"]]
        assert (each["sha256"], each["size_bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
    assert manifest["models"] == {"transcription": "pocket", "study": made.material.model, "provider": "extractive"}
    assert manifest["seconds"] == {"download": 1.235}
    assert manifest["warnings"] == ["made without a model"]


async def test_without_all_assets_there_is_no_manifest(made: JobResult, tmp_path: Path) -> None:
    bucket = Bucket(full="deck.apkg")
    with pytest.raises(TransientError):
        await publish(made, write_assets(made, tmp_path), bucket, PREFIX, lambda _: None)
    assert f"{PREFIX}/manifest.json" not in bucket.objects


async def test_cards_and_quiz_are_readable_and_carry_their_proof(made: JobResult, tmp_path: Path) -> None:
    files = write_assets(made, tmp_path)
    cards = json.loads(files["flashcards.json"].read_text())["cards"]
    quiz = json.loads(files["quiz.json"].read_text())["items"]
    assert cards
    assert quiz
    assert all(each["proof"]["quote"] in made.transcript.text for each in [*cards, *quiz])
