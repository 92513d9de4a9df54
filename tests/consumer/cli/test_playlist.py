"""A playlist or a channel becomes a message a video: yt-dlp reads it, as it reads YouTube."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from consumer.database.videos import Videos
from infra.sandbox.aws import Aws
from infra.sandbox.standins.sqs import StrictSqs
from infra.sandbox.standins.youtube import YouTubeStandin
from tests.support.commands import lectern
from tests.support.consumer.youtube import youtube_in_environment

PLAYLIST = "https://www.youtube.com/playlist?list=PLabcdefghijk"
VIDEOS = [(f"lecture{number:04}", f"Week {number}") for number in range(1, 6)]


@pytest.fixture
async def site(
    clean_environment: pytest.MonkeyPatch, database: dict[str, str], sqs: StrictSqs, aws: Aws, videos: Videos
) -> AsyncGenerator[YouTubeStandin]:
    """YouTube with one list, and everything else that the command needs."""
    queue = {"SQS_QUEUE_URL": sqs.url, "AWS_ENDPOINT_URL": sqs.url.rsplit("/", 2)[0]}
    for name, value in {**aws.environment, **queue, **database, "COLUMNS": "200"}.items():
        clean_environment.setenv(name, value)
    async with youtube_in_environment() as running:
        running.listed = list(VIDEOS)
        yield running


def sent(sqs: StrictSqs) -> list[Any]:
    return [json.loads(message.body)["video_id"] for message in sqs.messages]


@pytest.mark.parametrize("address", [PLAYLIST, "https://www.youtube.com/@lectures"])
async def test_each_video_of_a_list_is_queued_once_over_all_its_pages(
    address: str, site: YouTubeStandin, sqs: StrictSqs
) -> None:
    done = await lectern("submit", address, VIDEOS[1][0])
    assert done.exit_code == 0, done.exception
    assert sent(sqs) == [video for video, _ in VIDEOS]
    assert "5 videos" in done.output


async def test_what_nobody_can_see_is_left_out_and_said(site: YouTubeStandin, sqs: StrictSqs) -> None:
    site.listed[1:3] = [("lecture0002", "[Private video]"), ("lecture0003", "[Deleted video]")]
    done = await lectern("submit", PLAYLIST)
    assert f"{PLAYLIST}: 3 videos, 2 private or deleted" in done.output
    assert sent(sqs) == ["lecture0001", "lecture0004", "lecture0005"]


async def test_a_dry_run_says_what_would_be_queued_and_queues_nothing(site: YouTubeStandin, sqs: StrictSqs) -> None:
    done = await lectern("submit", PLAYLIST, "--dry-run", "--json")
    assert [each["video_id"] for each in json.loads(done.output)] == [video for video, _ in VIDEOS]
    said = (await lectern("submit", PLAYLIST, "--dry-run")).output.splitlines()
    assert said[-1] == "lecture0005 would be queued: https://www.youtube.com/watch?v=lecture0005"
    assert sqs.messages == []


async def test_an_empty_list_queues_nothing_and_says_so(site: YouTubeStandin, sqs: StrictSqs) -> None:
    site.listed = []
    done = await lectern("submit", PLAYLIST)
    assert (done.output, sqs.messages) == (f"{PLAYLIST}: 0 videos\n", [])


async def test_an_id_of_a_row_is_not_for_a_list(site: YouTubeStandin) -> None:
    assert "--id is the id of one row" in str((await lectern("submit", PLAYLIST, "--id", "v1")).exception)
