"""No row is left open for ever, and none is worked on for ever; real PostgreSQL, SQS as strict as the real one."""

import io

from rich.console import Console

from consumer.errors import EnvironmentFault, VideoError
from consumer.models import Job
from consumer.postgres import Pool
from consumer.redrive import redrive
from consumer.videos import Claim
from tests.consumer.bench import Bench
from tests.waiting import wait_until

JOB = Job("v1", "abcdefghijk")


async def test_what_the_queue_delivers_for_the_last_time_is_failed_in_words_and_becomes_a_dead_letter(
    bench: Bench,
) -> None:
    bench.sqs.max_receives = 3
    bench.errors = [EnvironmentFault("YouTube blocks this address") for _ in range(3)]
    bench.send()
    async with bench.worker(max_receives=3) as worker:
        await bench.ended(worker, "dead_letter")
        await wait_until(lambda: len(bench.sqs.dead_letters) == 1)
    row = await bench.row()
    assert (row["status"], row["error_code"], row["lease_until"]) == ("failed", "dead_letter", None)
    assert row["error_message"] == "given up after 3 deliveries; the last time: YouTube blocks this address"
    assert len(bench.begun) == 2


async def test_kills_that_use_up_the_queue_s_patience_end_in_a_failed_row(bench: Bench, pool: Pool) -> None:
    bench.sqs.max_receives = 3
    bench.send()
    for _ in range(2):
        (message,) = await bench.queue.receive(1, 0, 30)
        assert isinstance(await bench.videos.claim(JOB, "killed", 30, message.id), Claim)
        await pool.execute("UPDATE video SET lease_until = now() - interval '1 second'")
        bench.sqs.pass_time(60)
    async with bench.worker(max_receives=3) as worker:
        await bench.ended(worker, "dead_letter")
    row = await bench.row()
    assert row["error_message"] == "given up after 3 deliveries; the last time: the work was cut off"
    assert bench.begun == []


async def test_a_queue_that_delivers_once_has_its_messages_worked_on(bench: Bench) -> None:
    bench.sqs.max_receives = 1
    bench.send()
    async with bench.worker(max_receives=1) as worker:
        await bench.ended(worker, "completed")


async def test_a_redriven_dead_letter_is_worked_on_anew(bench: Bench) -> None:
    bench.sqs.max_receives = 2
    bench.errors = [EnvironmentFault("YouTube blocks this address")]
    bench.send()
    async with bench.worker(max_receives=2) as worker:
        await bench.ended(worker, "dead_letter")
        await wait_until(lambda: len(bench.sqs.dead_letters) == 1)
        await redrive(bench.queue, Console(file=io.StringIO()), dry_run=False)
        await bench.ended(worker, "completed")
    row = await bench.row()
    assert (row["status"], row["attempts"], row["error_message"]) == ("completed", 1, None)
    assert bench.sqs.dead_letters == []


async def test_a_new_message_for_a_video_that_failed_is_a_new_try(bench: Bench) -> None:
    bench.errors = [VideoError("the video is private", code="private")]
    bench.send()
    async with bench.worker() as worker:
        await bench.ended(worker, "failed")
        bench.send()
        await bench.ended(worker, "completed")
    assert len(bench.begun) == 2


async def test_the_same_message_delivered_again_after_it_failed_is_not_tried_again(bench: Bench) -> None:
    bench.errors = [VideoError("the video is private", code="private")]
    bench.sqs.fail("DeleteMessage", "AccessDenied")
    bench.send()
    async with bench.worker() as worker:
        await bench.ended(worker, "failed")
        bench.sqs.pass_time(60)
        await bench.ended(worker, "duplicate")
    assert len(bench.begun) == 1
    assert (await bench.row())["error_message"] == "the video is private"
    assert bench.sqs.messages == []
