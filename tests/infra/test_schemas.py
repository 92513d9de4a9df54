"""The JSON Schemas say what the assets are."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from consumer.export.files import JobResult, write_assets
from consumer.models import Audio
from consumer.pipeline.note_ids import keep_note_ids
from consumer.pipeline.publish import publish
from infra.schemas.write import ASSETS, FOLDER, schemas
from tests.support.consumer.bucket import Bucket
from tests.support.consumer.study_page import MATERIAL, SAID
from tests.support.consumer.study_samples import FILE, TALK, transcript

EMPTY = MATERIAL.model_copy(update={"cards": (), "quiz": (), "outline": None})
LECTURES = {
    "a video": JobResult(TALK, Audio(Path("audio.mp3"), 9.0), SAID, MATERIAL, {"study": 1.0}),
    "a file": JobResult(FILE, Audio(Path("audio.mp3"), 9.0), SAID, MATERIAL, {}),
    "silence": JobResult(TALK, Audio(Path("audio.mp3"), 9.0), transcript(language=""), EMPTY, {}),
}


def _strict(name: str) -> Any:
    """The schema that refuses what it does not describe."""
    text = (FOLDER / f"{name}.schema.json").read_text()
    return json.loads(text, object_hook=_closed)


def _closed(node: dict[str, Any]) -> dict[str, Any]:
    return {"additionalProperties": False, **node} if "properties" in node else node


@pytest.mark.parametrize("lecture", LECTURES)
async def test_every_asset_is_as_its_schema_says_and_has_nothing_else(lecture: str, tmp_path: Path) -> None:
    bucket = Bucket()
    (tmp_path / "audio.mp3").write_bytes(b"ID3")
    given = LECTURES[lecture]
    sound = JobResult(given.source, Audio(tmp_path / "audio.mp3", 9.0), given.transcript, given.material, given.seconds)
    made = await keep_note_ids(sound, bucket, "videos/v1/notes.json")
    keys = await publish(made, write_assets(made, tmp_path), bucket, "videos/v1/000001", lambda _: None)
    for name in ASSETS:
        schema = _strict(name)
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads(bucket.objects[keys[f"{name}.json"]]), schema, jsonschema.Draft202012Validator)


def test_the_schemas_in_the_repository_are_those_of_the_code() -> None:
    """Where this fails, `python -m infra.schemas.write` writes them anew."""
    assert {name: (FOLDER / name).read_text() for name in schemas()} == schemas()
