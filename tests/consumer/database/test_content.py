"""As which video a recording is worked on: one consumer at a time, on a real PostgreSQL."""

import asyncio

import pytest

from consumer.database.postgres import Pool
from consumer.database.videos import Claim, Videos
from consumer.models import Job, Outcome, Status
from tests.support.consumer.harness import DONE

EXPIRE = """
UPDATE video SET lease_until = now() - interval '1 second';
UPDATE lectern.video_state SET lease_until = now() - interval '1 second';
"""
CONTENT = "youtube abcdefghijk"
FAILED = Outcome("failed", Status.FAILED, "gone", "it is gone")


async def claimed(videos: Videos, video_id: str, owner: str) -> Claim:
    claim = await videos.claim(Job(video_id, "abcdefghijk"), owner, 30, f"message of {video_id}")
    assert isinstance(claim, Claim)
    return claim


async def test_the_first_has_it_and_has_it_again_after_a_redelivery(videos: Videos, pool: Pool) -> None:
    assert await videos.take_content(await claimed(videos, "v1", "w1"), CONTENT) is None
    await pool.execute(EXPIRE)
    assert await videos.take_content(await claimed(videos, "v1", "w2"), CONTENT) is None


async def test_another_consumer_is_told_as_which_video_it_is_worked_on(videos: Videos) -> None:
    await videos.take_content(await claimed(videos, "v1", "w1"), CONTENT)
    second = await claimed(videos, "v2", "w2")
    assert await videos.take_content(second, CONTENT) == "v1"
    assert await videos.take_content(second, "youtube another1234") is None


async def test_two_videos_of_one_consumer_may_and_the_first_keeps_the_entry(videos: Videos) -> None:
    await videos.take_content(await claimed(videos, "v1", "w1"), CONTENT)
    assert await videos.take_content(await claimed(videos, "v2", "w1"), CONTENT) is None
    assert await videos.take_content(await claimed(videos, "v3", "w2"), CONTENT) == "v1"


async def test_of_many_who_begin_at_once_one_has_it(videos: Videos) -> None:
    claims = [await claimed(videos, f"v{number}", f"w{number}") for number in range(8)]
    others = await asyncio.gather(*(videos.take_content(claim, CONTENT) for claim in claims))
    (first,) = [claim.video_id for claim, other in zip(claims, others, strict=True) if other is None]
    assert {other for other in others if other is not None} == {first}


@pytest.mark.parametrize("end", ["completed", "failed", "killed"])
async def test_it_is_free_once_its_video_is_no_longer_worked_on(videos: Videos, pool: Pool, end: str) -> None:
    first = await claimed(videos, "v1", "w1")
    await videos.take_content(first, CONTENT)
    match end:
        case "completed":
            await videos.complete(first, DONE)
        case "failed":
            await videos.give_up(first, FAILED)
        case _:
            await pool.execute(EXPIRE)
    assert await videos.take_content(await claimed(videos, "v2", "w2"), CONTENT) is None
    assert await videos.take_content(await claimed(videos, "v3", "w3"), CONTENT) == "v2"
