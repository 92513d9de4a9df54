"""The operator's commands: what they print, and how they end when something is wrong."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from consumer.cli import report
from consumer.database.postgres import Pool
from consumer.database.videos import Claim, Videos
from consumer.models import Job, Outcome, Status
from infra.sandbox.standins.sqs import StrictSqs
from tests.support.commands import lectern

JOB = Job("v1", "dQw4w9WgXcQ")
URL = "https://youtu.be/dQw4w9WgXcQ"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
COMMANDS = (
    "consume",
    "submit",
    "retry",
    "cancel",
    "list",
    "status",
    "explain",
    "process",
    "study",
    "migrate",
    "redrive",
    "doctor",
)


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it as an operator would."""
    command = [sys.executable, "-m", "consumer", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_missing_variable_is_one_line_and_exit_code_2() -> None:
    done = program("consume", PATH="/usr/bin:/bin", DB_HOST="db", DB_USER="lectern", DB_PASSWORD="x")
    assert done.returncode == 2
    assert done.stderr == "lectern: SQS_QUEUE_URL, S3_BUCKET not set: .env.example says what each should be\n"


def test_an_unreachable_database_is_one_line_and_exit_code_1() -> None:
    done = program("status", "v1", PATH="/usr/bin:/bin", DB_HOST="127.0.0.1", DB_PORT="1", DB_USER="x", DB_PASSWORD="x")
    assert done.returncode == 1
    assert done.stderr.startswith("lectern: Postgres at 127.0.0.1:1/lectern cannot be reached")
    assert len(done.stderr.splitlines()) == 1


async def test_submit_refuses_an_id_that_no_message_could_carry(environment: pytest.MonkeyPatch) -> None:
    done = await lectern("submit", URL, "--id", "a b")
    assert "video_id 'a b' is not an id" in str(done.exception)


def test_a_title_is_never_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"id": "v1", "status": "failed", "title": "Gravity [/part one]", "lease_token": 1}
    attempt = {"token": 1, "owner": "w1", "outcome": "failed", "started_at": NOW, "ended_at": NOW, "next_at": None}
    console = Console(width=200)
    report.print_row(console, row)
    report.print_history(console, row, [{**attempt, "error_message": "no [/red] sound"}], [])
    said = capsys.readouterr().out
    assert said.count("Gravity [/part one]") == 2
    assert "no [/red] sound" in said


async def test_help_names_every_command() -> None:
    said = (await lectern("--help")).output
    assert all(command in said for command in COMMANDS)


async def test_migrate_says_what_it_did(environment: pytest.MonkeyPatch, pool: Pool) -> None:
    assert "applied 0001_video.sql, 0004_own_tables.sql" in (await lectern("migrate")).output
    assert (await lectern("migrate")).output == "the database is up to date\n"


async def test_submit_makes_the_row_and_the_message(
    environment: pytest.MonkeyPatch, videos: Videos, sqs: StrictSqs
) -> None:
    done = await lectern("submit", URL, "--id", "v1")
    assert done.output == "v1 is queued: lectern status v1\n"
    row = await videos.row("v1")
    assert row is not None
    assert row["status"] == "queued"
    assert [message.body for message in sqs.messages] == [f'{{"video_id": "v1", "youtube_url": "{JOB.url}"}}']


async def test_submit_of_a_video_that_failed_starts_it_anew(
    environment: pytest.MonkeyPatch, videos: Videos, sqs: StrictSqs
) -> None:
    claim = await videos.claim(JOB, "w1", 30, "m1")
    assert isinstance(claim, Claim)
    await videos.give_up(claim, Outcome("failed", Status.FAILED, "private", "the video is private"))
    assert (await lectern("submit", URL, "--id", "v1")).exit_code == 0
    row = await videos.row("v1")
    assert row is not None
    assert (row["status"], row["attempts"], row["error_message"]) == ("queued", 0, None)
    assert await videos.claim(JOB, "w1", 30, sqs.messages[0].id) == Claim("v1", 2, 1)


async def test_a_submit_that_cannot_be_queued_leaves_no_row_waiting(
    environment: pytest.MonkeyPatch, videos: Videos, sqs: StrictSqs
) -> None:
    sqs.fail("SendMessage", "AccessDenied")
    done = await lectern("submit", URL, "--id", "v1")
    assert "SQS refused to send a message" in str(done.exception)
    row = await videos.row("v1")
    assert row is not None
    assert (row["status"], row["error_code"]) == ("rejected", "not_queued")


async def test_submit_refuses_what_is_not_youtube(environment: pytest.MonkeyPatch, sqs: StrictSqs) -> None:
    done = await lectern("submit", "https://vimeo.com/1")
    assert str(done.exception) == "vimeo.com is not YouTube: only YouTube videos are taken"
    assert sqs.messages == []


async def test_submit_leaves_a_video_under_way_alone(
    environment: pytest.MonkeyPatch, videos: Videos, sqs: StrictSqs
) -> None:
    await videos.claim(JOB, "w1", 30, "m1")
    done = await lectern("submit", URL, "--id", "v1")
    assert "v1 is being worked on" in str(done.exception)
    assert done.output == ""  # the exception's line is enough
    assert sqs.messages == []


async def test_status_shows_the_row_and_fails_for_a_failed_one(environment: pytest.MonkeyPatch, videos: Videos) -> None:
    claim = await videos.claim(JOB, "w1", 30, "m1")
    assert isinstance(claim, Claim)
    assert (await lectern("status", "v1")).exit_code == 0
    await videos.give_up(claim, Outcome("failed", Status.FAILED, "private", "the video is private"))
    done = await lectern("status", "v1")
    assert done.exit_code == 1
    assert "the video is private" in done.output


async def test_a_list_of_nothing_says_so(environment: pytest.MonkeyPatch, videos: Videos) -> None:
    assert (await lectern("list")).output == "there is no video yet: lectern submit URL\n"
    assert (await lectern("list", "--json")).output == "[]\n"
    await videos.submit(JOB)
    said = (await lectern("list", "--status", "failed", "--status", "rejected")).output
    assert said == "no video is failed or rejected\n"


async def test_status_of_nothing_says_so(environment: pytest.MonkeyPatch, videos: Videos) -> None:
    assert str((await lectern("status", "nope")).exception) == "there is no video nope"


async def test_redrive_without_dead_letters_says_so(environment: pytest.MonkeyPatch) -> None:
    assert (await lectern("redrive", "--dry-run")).output == "0 messages would be sent back\n"


async def test_process_says_what_is_wrong_with_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = await lectern("process", str(tmp_path / "no.mp3"), "--out", str(tmp_path))
    assert done.exit_code == 1
    assert "no.mp3 is neither a file nor" in str(done.exception)


async def test_doctor_says_what_is_wrong_and_fails(
    environment: pytest.MonkeyPatch, videos: Videos, sqs: StrictSqs
) -> None:
    environment.setenv("TRANSCRIBER_URL", "http://127.0.0.1:1")
    sqs.fail("GetQueueAttributes", "AccessDenied")
    done = await lectern("doctor")
    assert done.exit_code == 1
    lines = {line.split()[1]: line for line in done.output.splitlines() if line.startswith(("ok", "BAD"))}
    assert lines["database"].startswith("ok")
    assert lines["queue"].startswith("BAD")
    assert "TRANSCRIBER_URL" in lines["transcriber"]
