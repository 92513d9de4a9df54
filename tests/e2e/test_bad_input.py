"""Bad messages and bad videos: the row says why, the message is dealt with, the loop goes on."""

import json

import pytest

from infra.sandbox.standins.youtube import video_url
from infra.sandbox.system import EmbeddedSystem
from tests.support.e2e.steps import until_queue_is_empty, until_status

pytestmark = [pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize(
    ("video", "status", "code", "words"),
    [
        ("privateVid0", "failed", "private", "private"),
        ("removedVid0", "failed", "gone", "removed"),
        ("tooLongVid0", "rejected", "too_long", "longer than"),
    ],
)
async def test_a_video_that_cannot_be_had_says_why(
    system: EmbeddedSystem, video: str, status: str, code: str, words: str
) -> None:
    await system.send({"video_id": f"bad-{video}", "youtube_url": video_url(video)})
    row = await until_status(system, f"bad-{video}", status)
    assert row["error_code"] == code
    assert words in row["error_message"]


@pytest.mark.parametrize(
    "body",
    [
        "this is not JSON",
        "[1, 2]",
        json.dumps({"youtube_url": video_url("privateVid0")}),
        json.dumps({"video_id": "zoo-1", "youtube_url": "https://vimeo.com/1"}),
        json.dumps({"video_id": "zoo-2", "youtube_url": "https://www.youtube.com/playlist?list=PL1"}),
        json.dumps({"video_id": "zoo-3", "youtube_url": "file:///etc/passwd"}),
        json.dumps({"video_id": "zoo-4", "youtube_url": "--exec=reboot"}),
    ],
)
async def test_a_bad_message_is_taken_off_the_queue(system: EmbeddedSystem, body: str) -> None:
    await system.send(body)
    await until_queue_is_empty(system)
    assert system.parts["consumer"].running


async def test_a_bad_message_that_names_a_row_says_so_there(system: EmbeddedSystem) -> None:
    await system.query("INSERT INTO video (id) VALUES ('named-1')")
    await system.send({"video_id": "named-1", "youtube_url": "https://example.org/watch?v=LecternDemo"})
    row = await until_status(system, "named-1", "rejected")
    assert "not YouTube" in row["error_message"]
