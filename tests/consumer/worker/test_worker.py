"""One message from its receive to its end, for every verdict; real PostgreSQL, SQS as strict as the real one."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from consumer.database.postgres import Pool
from consumer.database.videos import Claim
from consumer.errors import NotYet, PolicyError, TransientError, VideoError
from consumer.models import Job
from consumer.pipeline.slots import Slots
from consumer.trace import trace_of
from consumer.worker.retry_policy import RetryPolicy
from infra.sandbox.waiting import wait_until
from tests.support.consumer.harness import URL, Harness

JOB = Job("v1", "abcdefghijk")


async def test_a_good_message_ends_in_a_completed_row_and_is_deleted(harness: Harness) -> None:
    harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "completed")
    row = await harness.row()
    assert (row["status"], row["progress"], row["attempts"], row["lease_until"]) == ("completed", 1.0, 1, None)
    assert row["manifest_key"] == "videos/v1/1/manifest.json"
    assert harness.sqs.messages == []


async def test_every_line_about_a_message_names_its_sender_s_trace(harness: Harness) -> None:
    sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    harness.send().attributes = {"traceparent": {"DataType": "String", "StringValue": sent}}
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        async with harness.worker() as worker:
            await harness.ended(worker, "completed")
    traces = {line["event"]: line.get("trace_id") for line in lines if "message" in line}
    assert traces == dict.fromkeys(("attempt.started", "message.ended"), "0af7651916cd43dd8448eb211c80319c")


async def test_a_copy_of_a_message_stays_in_its_trace(harness: Harness) -> None:
    harness.may_end.clear()
    first = harness.send()
    first.receives = harness.sqs.max_receives - 1
    async with harness.worker(max_receives=harness.sqs.max_receives) as worker:
        await harness.ended(worker, "renewed")
        (copy,) = harness.sqs.messages
    assert copy.id != first.id
    assert copy.attributes["traceparent"]["StringValue"][3:35] == trace_of(None, first.id).trace_id


async def test_a_video_that_can_never_work_fails_at_once_and_says_why(harness: Harness) -> None:
    harness.errors = [VideoError("the video is private", code="private")]
    harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "failed")
    row = await harness.row()
    assert (row["status"], row["error_code"], row["error_message"]) == ("failed", "private", "the video is private")
    assert harness.sqs.messages == []


async def test_a_video_against_the_rules_is_rejected_without_spending_an_attempt(harness: Harness) -> None:
    harness.errors = [PolicyError("the video is longer than the 4 hours allowed", code="too_long")]
    harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "rejected")
    row = await harness.row()
    assert (row["status"], row["error_code"], row["attempts"]) == ("rejected", "too_long", 0)
    assert harness.sqs.messages == []


async def test_a_premiere_comes_back_when_it_is_there(harness: Harness) -> None:
    harness.errors = [NotYet("the video is not there yet", until=datetime.now(UTC) + timedelta(hours=2))]
    message = harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "scheduled")
    row = await harness.row()
    assert (row["status"], row["attempts"], row["lease_until"]) == ("scheduled", 0, None)
    assert 7100 < harness.sqs.hidden_s(message) <= 7200


async def test_a_transient_failure_comes_back_after_a_backoff_that_no_late_beat_overwrites(harness: Harness) -> None:
    harness.errors = [TransientError("the transcriber broke off", code="transcriber")]
    message = harness.send()
    async with harness.worker(lease_s=120) as worker:
        await harness.ended(worker, "retry")
    row = await harness.row()
    assert (row["status"], row["error_message"], row["attempts"]) == ("queued", "the transcriber broke off", 1)
    assert 25 < harness.sqs.hidden_s(message) <= 30
    assert harness.sqs.calls[-1].body["VisibilityTimeout"] == 30 or harness.sqs.calls[-1].action == "ReceiveMessage"


async def test_the_other_side_s_retry_after_is_the_backoff(harness: Harness) -> None:
    harness.errors = [TransientError("the transcriber is busy", retry_after_s=90)]
    message = harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "retry")
    assert 85 < harness.sqs.hidden_s(message) <= 90


async def test_a_video_that_fails_again_and_again_is_given_up_in_words_for_its_user(harness: Harness) -> None:
    harness.errors = [TransientError("the transcriber broke off", code="transcriber") for _ in range(3)]
    harness.send()
    async with harness.worker(retry=RetryPolicy(max_attempts=3)) as worker:
        for attempt in range(1, 3):
            await harness.ended(worker, "retry", attempt)
            harness.sqs.pass_time(3600)
        await harness.ended(worker, "failed")
    row = await harness.row()
    assert row["status"] == "failed"
    assert row["error_message"] == "given up after 3 attempts: the transcriber broke off"
    assert harness.sqs.messages == []
    outcomes = [attempt["outcome"] for attempt in await harness.videos.attempts("v1")]
    assert outcomes == ["retry", "retry", "failed"]


async def test_a_video_whose_work_kills_every_consumer_is_given_up(harness: Harness, pool: Pool) -> None:
    for _ in range(3):
        assert isinstance(await harness.videos.claim(JOB, "killed", 30, "m1"), Claim)
        await pool.execute("UPDATE video SET lease_until = now() - interval '1 second'")
    harness.send()
    async with harness.worker(retry=RetryPolicy(max_attempts=3)) as worker:
        await harness.ended(worker, "failed")
    assert "cut off 3 times" in (await harness.row())["error_message"]
    assert harness.begun == []


async def test_only_as_many_messages_are_received_as_can_be_worked_on(harness: Harness) -> None:
    harness.may_end.clear()
    for number in range(5):
        harness.send(f"v{number}")
    async with harness.worker(concurrency=2) as worker:
        await wait_until(lambda: len(harness.begun) == 2)
        assert sum(harness.sqs.visible(message) for message in harness.sqs.messages) == 3
        harness.may_end.set()
        await harness.ended(worker, "completed", 5)


async def test_no_more_is_received_than_can_soon_be_worked_on(harness: Harness) -> None:
    harness.may_end.clear()
    gate = Slots(ahead=2)
    for number in range(5):
        harness.send(f"v{number}")
    async with harness.worker(concurrency=16, gate=gate) as worker:
        await wait_until(lambda: len(harness.begun) == 2)
        assert sum(harness.sqs.visible(message) for message in harness.sqs.messages) == 3
        with gate.turn() as turn:
            turn.passes()  # as one does that a transcriber has use for
            await wait_until(lambda: len(harness.begun) == 3)
        harness.may_end.set()
        await harness.ended(worker, "completed", 5)


@pytest.mark.parametrize(
    "body",
    ["", "not json", "[]", '"text"', "{}", '{"video_id": "v9"}', '{"video_id": "v9", "url": "https://vimeo.com/1"}'],
)
async def test_a_bad_message_without_a_row_becomes_a_dead_letter_that_says_why(harness: Harness, body: str) -> None:
    harness.sqs.add(body)
    harness.send()
    async with harness.worker() as worker:
        await harness.ended(worker, "bad_message")
        await harness.ended(worker, "completed")
    assert harness.sqs.messages == []
    (letter,) = harness.sqs.dead_letters
    assert letter.body == body
    assert re.fullmatch(r"(not_json|no_video_id|no_url|other_site): .+", letter.attributes["reason"]["StringValue"])


async def test_a_bad_message_that_may_not_be_made_a_dead_letter_comes_back(harness: Harness) -> None:
    harness.sqs.fail("SendMessage", "AccessDenied")
    message = harness.sqs.add("not json")
    async with harness.worker() as worker:
        await harness.ended(worker, "bad_message")
    assert harness.sqs.dead_letters == []
    assert 20 < harness.sqs.hidden_s(message) <= 30


async def test_a_message_with_a_row_s_id_alone_takes_the_address_from_the_row(harness: Harness) -> None:
    await harness.videos.submit(JOB)
    harness.sqs.add('{"video_id": "v1"}')
    async with harness.worker() as worker:
        await harness.ended(worker, "completed")
    assert (await harness.row())["youtube_url"] == JOB.url


async def test_an_address_alone_makes_a_row_of_the_video_s_own_id(harness: Harness) -> None:
    harness.sqs.add(json.dumps({"url": URL}))
    async with harness.worker() as worker:
        await harness.ended(worker, "completed")
    assert (await harness.row("abcdefghijk"))["status"] == "completed"


async def test_a_bad_message_that_names_a_row_says_so_there(harness: Harness) -> None:
    await harness.videos.submit(JOB)
    harness.send(url="https://vimeo.com/1")
    async with harness.worker() as worker:
        await harness.ended(worker, "bad_message")
    row = await harness.row()
    assert (row["status"], row["error_code"]) == ("rejected", "other_site")
    assert row["error_message"] == "vimeo.com is not YouTube: only YouTube videos are taken"
