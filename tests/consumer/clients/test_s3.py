"""The door to S3, on moto: objects are written once, and the same bytes twice are no error."""

import asyncio
import uuid
from pathlib import Path

import pytest

from consumer.clients.s3 import PIECE_BYTES, Missing, Storage
from consumer.errors import EnvironmentFault, PolicyError, TransientError
from infra.sandbox.aws import REGION, Aws


@pytest.fixture
def storage(aws: Aws) -> Storage:
    return Storage(aws.bucket, REGION, aws.endpoint)


@pytest.fixture
def key() -> str:
    return f"videos/{uuid.uuid4().hex}/000001/quiz.json"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "quiz.json"
    path.write_bytes(b'{"items": []}')
    return path


async def test_what_is_kept_is_found_and_may_be_replaced(storage: Storage, key: str) -> None:
    assert await storage.find(key) is None
    for content in (b"one", b"two"):
        await storage.keep(key, content)
        assert await storage.find(key) == content


async def test_a_probe_says_whether_anything_can_be_stored(storage: Storage, aws: Aws) -> None:
    await storage.probe()
    with pytest.raises(EnvironmentFault, match="S3_BUCKET"):
        await Storage("no-such-bucket-here", REGION, aws.endpoint).probe()


async def test_a_bucket_that_is_gone_is_not_taken_for_nothing_kept(aws: Aws, key: str) -> None:
    with pytest.raises(EnvironmentFault):
        await Storage("no-such-bucket-here", REGION, aws.endpoint).find(key)


async def test_what_is_stored_is_read_back_with_its_type_and_checksum(
    storage: Storage, aws: Aws, key: str, file: Path
) -> None:
    stored = await storage.put(key, file, "application/json")
    assert await storage.get(key) == file.read_bytes()
    assert (stored.size_bytes, len(stored.sha256)) == (13, 64)
    head = aws.client("s3").head_object(Bucket=aws.bucket, Key=key)
    assert head["ContentType"] == "application/json"
    assert head["Metadata"]["sha256"] == stored.sha256


async def test_the_same_bytes_again_are_no_error(storage: Storage, key: str, file: Path) -> None:
    assert await storage.put(key, file, "application/json") == await storage.put(key, file, "application/json")


async def test_other_bytes_never_replace_what_is_there(storage: Storage, key: str, file: Path) -> None:
    await storage.put(key, file, "application/json")
    file.write_bytes(b"other")
    with pytest.raises(TransientError, match="another object is already stored"):
        await storage.put(key, file, "application/json")
    assert await storage.get(key) == b'{"items": []}'


async def test_a_missing_bucket_is_our_fault_and_names_the_setting(aws: Aws, key: str, file: Path) -> None:
    missing = Storage("nowhere", REGION, aws.endpoint)
    with pytest.raises(EnvironmentFault, match="make it, or check S3_BUCKET"):
        await missing.put(key, file, "application/json")
    with pytest.raises(EnvironmentFault, match="make it, or check S3_BUCKET"):
        await missing.check()


async def test_a_missing_object_is_said_to_be_missing(storage: Storage, key: str) -> None:
    with pytest.raises(TransientError, match="S3 could not read an object"):
        await storage.get(key)


async def test_a_recording_is_fetched_by_and_by_within_its_limit(aws: Aws, tmp_path: Path) -> None:
    store, content = Storage(aws.bucket, REGION, aws.endpoint), b"x" * (3 * PIECE_BYTES + 5)
    put = aws.client("s3").put_object
    await asyncio.to_thread(lambda: put(Bucket=aws.bucket, Key="recordings/big", Body=content))
    seen: list[float] = []
    await store.fetch("recordings/big", tmp_path / "big", len(content), seen.append)
    assert (tmp_path / "big").read_bytes() == content
    assert (len(seen) >= 4, seen[-1]) == (True, 1.0)
    with pytest.raises(PolicyError, match=r"the recording has 0\.00315 GB, and .* GB are allowed"):
        await store.fetch("recordings/big", tmp_path / "big", len(content) - 1, seen.append)
    with pytest.raises(Missing):
        await store.fetch("recordings/none", tmp_path / "none", 10, seen.append)
