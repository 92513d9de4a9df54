"""Commands for many videos, and for programs that read what they say."""

import json
from pathlib import Path
from typing import Any

import pytest

from consumer.database.postgres import Pool
from consumer.database.videos import Claim, Videos
from consumer.models import Job, Outcome, Status
from infra.sandbox.aws import Aws
from infra.sandbox.standins.sqs import StrictSqs
from tests.support.commands import lectern

IDS = ["dQw4w9WgXcQ", "-_abcdefghi", "abcdefghijk"]
FILE = f"""# lectures of the first week
https://www.youtube.com/watch?v={IDS[0]}

  {IDS[1]}
https://youtu.be/{IDS[2]}?t=5
https://youtu.be/{IDS[0]}
"""


@pytest.fixture(autouse=True)
def _environment(
    clean_environment: pytest.MonkeyPatch, database: dict[str, str], sqs: StrictSqs, aws: Aws, videos: Videos
) -> None:
    """Everything the commands need; the queue is the strict one."""
    queue = {"SQS_QUEUE_URL": sqs.url, "AWS_ENDPOINT_URL": sqs.url.rsplit("/", 2)[0]}
    for name, value in {**aws.environment, **queue, **database, "COLUMNS": "200"}.items():
        clean_environment.setenv(name, value)


async def told(*arguments: str) -> Any:
    """What a command tells a program."""
    done = await lectern(*arguments, "--json")
    assert done.exit_code == 0, done.exception
    return json.loads(done.output)


async def failed(videos: Videos, video_id: str, code: str, message: str = "m1") -> None:
    claim = await videos.claim(Job(video_id, video_id), "w1", 30, message)
    assert isinstance(claim, Claim)
    await videos.give_up(claim, Outcome("failed", Status.FAILED, code, f"it is {code}"))


async def test_a_file_of_addresses_and_ids_is_queued_each_video_once(tmp_path: Path, sqs: StrictSqs) -> None:
    (tmp_path / "week").write_text(FILE)
    assert [each["video_id"] for each in await told("submit", "--file", str(tmp_path / "week"))] == IDS
    assert [json.loads(message.body)["video_id"] for message in sqs.messages] == IDS


async def test_one_wrong_line_is_named_and_nothing_is_queued(tmp_path: Path, sqs: StrictSqs) -> None:
    (tmp_path / "week").write_text(FILE + "https://vimeo.com/1\n")
    done = await lectern("submit", "--file", str(tmp_path / "week"))
    assert str(done.exception).startswith("https://vimeo.com/1: vimeo.com is not YouTube")
    assert sqs.messages == []


async def test_one_that_is_worked_on_is_said_and_the_others_are_queued(videos: Videos, sqs: StrictSqs) -> None:
    await videos.claim(Job(IDS[0], IDS[0]), "w1", 30, "m1")
    done = await lectern("submit", IDS[0], IDS[2])
    assert done.output.splitlines() == [
        f"{IDS[0]} is not queued: video {IDS[0]} is being worked on: lectern status {IDS[0]}",
        f"{IDS[2]} is queued: lectern status {IDS[2]}",
    ]
    assert (str(done.exception), len(sqs.messages)) == ("1 of 2 were not queued", 1)


async def test_an_id_of_a_row_is_for_one_video_only(sqs: StrictSqs) -> None:
    assert "--id is the id of one row" in str((await lectern("submit", IDS[0], IDS[2], "--id", "v1")).exception)
    assert "name a video" in str((await lectern("submit")).exception)
    assert sqs.messages == []


async def test_what_failed_is_tried_anew_all_of_it_or_by_its_code(videos: Videos, sqs: StrictSqs, pool: Pool) -> None:
    for video_id, code in zip(IDS, ("gone", "download", "gone"), strict=True):
        await failed(videos, video_id, code)
    assert [each["video_id"] for each in await told("retry", "--failed", "--code", "download")] == [IDS[1]]
    assert {each["video_id"] for each in await told("retry", "--failed")} == {IDS[0], IDS[2]}
    assert await told("retry", "--failed") == []
    assert (await lectern("retry", "--failed")).output == "no video has failed\n"
    assert (await lectern("retry", "--failed", "--code", "gone")).output == "no video has failed with gone\n"
    assert {row["status"] for row in await told("list")} == {"queued"}


async def test_a_row_is_tried_anew_from_the_address_in_it(videos: Videos, sqs: StrictSqs) -> None:
    claim = await videos.claim(Job("lecture-7", IDS[0]), "w1", 30, "m1")
    assert isinstance(claim, Claim)
    await videos.give_up(claim, Outcome("failed", Status.FAILED, "gone", "it is gone"))
    assert await told("retry", "lecture-7") == [{"video_id": "lecture-7", "youtube_id": IDS[0]}]
    assert "there is no video nope" in str((await lectern("retry", "nope")).exception)
    assert "name rows by their ids" in str((await lectern("retry")).exception)


async def test_the_list_is_of_what_changed_last_by_status(videos: Videos, pool: Pool) -> None:
    await videos.submit(Job("old", IDS[0]))
    await pool.execute("UPDATE video SET updated_at = now() - interval '1 day'")
    await failed(videos, "new", "gone")
    assert [row["id"] for row in await told("list")] == ["new", "old"]
    assert [row["id"] for row in await told("list", "--status", "queued", "--status", "completed")] == ["old"]
    assert [row["id"] for row in await told("list", "--most", "1")] == ["new"]
    said = (await lectern("list")).output.splitlines()
    assert (len(said), said[0].split()[:3], said[0].endswith("it is gone")) == (2, ["new", "failed", "0%"], True)


async def test_every_command_tells_programs_json(videos: Videos) -> None:
    await videos.claim(Job("v1", IDS[0]), "w1", 30, "m1")
    row = await told("status", "v1")
    assert (row["status"], row["cost_usd"], row["completed_at"]) == ("downloading", 0.0, None)
    history = await told("explain", "v1")
    assert (history["row"], [each["owner"] for each in history["attempts"]]) == (row, ["w1"])
    assert await told("migrate") == {"applied": []}
    assert await told("redrive", "--dry-run") == {"moved": 0, "dry_run": True}
    findings = json.loads((await lectern("doctor", "--json")).output)
    assert {each["state"] for each in findings} <= {"ok", "doubtful", "bad"}
    assert {"database", "queue"} <= {each["check"] for each in findings if each["state"] == "ok"}


async def test_a_language_goes_with_the_message_and_nonsense_is_refused(sqs: StrictSqs) -> None:
    await told("submit", IDS[0], "--language", "pt-BR")
    assert json.loads(sqs.messages[0].body)["language"] == "pt-BR"
    done = await lectern("submit", IDS[2], "--language", "not a language")
    assert "is no language: it should be like de or pt-BR" in str(done.exception)
