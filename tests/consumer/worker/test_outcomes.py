"""No row is left open for ever, and none is worked on for ever; real PostgreSQL, SQS as strict as the real one."""

import io

from rich.console import Console

from consumer.cli.redrive import redrive
from consumer.database.postgres import Pool
from consumer.database.videos import Claim
from consumer.errors import EnvironmentFault, NotYet, VideoError
from consumer.models import Job
from consumer.worker.retry_policy import RetryPolicy
from infra.sandbox.waiting import wait_until
from tests.support.consumer.harness import Bench

JOB = Job("v1", "abcdefghijk")


async def test_a_long_outage_makes_no_dead_letter_and_spends_no_attempt(bench: Bench) -> None:
    bench.sqs.max_receives = 3
    bench.errors = [EnvironmentFault("YouTube blocks this address") for _ in range(5)]
    bench.send()
    async with bench.worker(max_receives=3, first_pause_s=0.01) as worker:
        await bench.ended(worker, "completed")
    assert worker.health.outcomes == {"environment": 5, "renewed": 2, "completed": 1}
    assert (bench.sqs.messages, bench.sqs.dead_letters) == ([], [])
    row = await bench.row()
    assert (row["status"], row["attempts"], row["error_message"]) == ("completed", 1, None)


async def test_a_database_that_is_away_for_long_makes_no_dead_letter(bench: Bench, pool: Pool) -> None:
    bench.sqs.max_receives = 2
    await pool.execute("ALTER TABLE video RENAME TO away")
    bench.send()
    async with bench.worker(max_receives=2) as worker:
        await bench.ended(worker, "environment", 5)
        await pool.execute("ALTER TABLE away RENAME TO video")
        await bench.ended(worker, "completed")
    assert (bench.sqs.messages, bench.sqs.dead_letters) == ([], [])


async def test_a_copy_comes_back_no_sooner_than_the_message_would_have(bench: Bench, pool: Pool) -> None:
    bench.sqs.max_receives = 1
    bench.errors = [NotYet("the video is not there yet")]
    bench.send()
    async with bench.worker(max_receives=1) as worker:
        await bench.ended(worker, "scheduled")
        (copy,) = bench.sqs.messages
        assert copy.receives == 0
        assert 850 < bench.sqs.hidden_s(copy) <= 900


async def test_a_message_whose_copy_cannot_be_sent_is_not_deleted(bench: Bench) -> None:
    bench.sqs.max_receives = 1
    bench.errors = [EnvironmentFault("YouTube blocks this address")]
    bench.sqs.fail("SendMessage", "AccessDenied", times=9)
    message = bench.send()
    async with bench.worker(max_receives=1) as worker:
        await bench.ended(worker, "environment")
    assert bench.sqs.messages == [message]


async def test_kills_are_counted_by_the_row_whatever_the_queue_counts(bench: Bench, pool: Pool) -> None:
    bench.sqs.max_receives = 3
    bench.send()
    for _ in range(2):
        (message,) = await bench.queue.receive(1, 0, 30)
        assert isinstance(await bench.videos.claim(JOB, "killed", 30, message.id), Claim)
        await pool.execute("UPDATE video SET lease_until = now() - interval '1 second'")
        bench.sqs.pass_time(60)
    async with bench.worker(max_receives=3, retry=RetryPolicy(max_attempts=2)) as worker:
        await bench.ended(worker, "failed")
    assert worker.health.outcomes == {"renewed": 1, "failed": 1}
    assert (await bench.row())["error_message"] == "given up: the work was cut off 2 times without a word"
    assert bench.begun == []


async def test_a_queue_that_delivers_once_has_its_messages_worked_on(bench: Bench) -> None:
    bench.sqs.max_receives = 1
    bench.send()
    async with bench.worker(max_receives=1) as worker:
        await bench.ended(worker, "completed")


async def test_a_message_for_a_row_that_its_owner_has_not_made_yet_is_kept(bench: Bench, pool: Pool) -> None:
    await pool.execute("ALTER TABLE video ADD COLUMN teacher text NOT NULL")
    message = bench.send()
    async with bench.worker() as worker:
        await bench.ended(worker, "unfit")
        assert worker.health.fault is None
        await pool.execute("INSERT INTO video (id, teacher) VALUES ('v1', 'Ada')")
        assert 25 < bench.sqs.hidden_s(message) <= 30
        bench.sqs.pass_time(30)
        await bench.ended(worker, "completed")


async def test_a_message_that_the_table_never_takes_becomes_a_dead_letter_and_stops_nobody(
    bench: Bench, pool: Pool
) -> None:
    bench.sqs.max_receives = 1
    await pool.execute("ALTER TABLE video ALTER COLUMN id TYPE uuid USING id::uuid")
    good = "11111111-2222-3333-4444-555555555555"
    bench.send("v1")
    bench.send(good)
    async with bench.worker(max_receives=1) as worker:
        await bench.ended(worker, "completed")
        bench.sqs.pass_time(60)
        await wait_until(lambda: len(bench.sqs.dead_letters) == 1)
        assert worker.health.outcomes == {"unfit": 1, "completed": 1}
        assert worker.health.fault is None


async def test_a_redriven_dead_letter_is_worked_on_anew(bench: Bench, pool: Pool) -> None:
    bench.sqs.max_receives = 1
    await pool.execute("ALTER TABLE video ADD COLUMN teacher text NOT NULL")
    bench.send()
    async with bench.worker(max_receives=1) as worker:
        await bench.ended(worker, "unfit")
        bench.sqs.pass_time(60)
        await wait_until(lambda: len(bench.sqs.dead_letters) == 1)
        await pool.execute("ALTER TABLE video DROP COLUMN teacher")
        await redrive(bench.queue, Console(file=io.StringIO()), dry_run=False)
        await bench.ended(worker, "completed")
    assert bench.sqs.dead_letters == []


async def test_a_message_is_not_let_go_before_its_row_says_why(bench: Bench, pool: Pool) -> None:
    bench.gate.clear()
    message = bench.send()
    async with bench.worker(lease_s=3) as worker:
        await wait_until(lambda: len(bench.begun) == 1)
        bench.fails = VideoError("the video is private", code="private")
        await pool.execute("ALTER TABLE video_attempt RENAME TO away")
        bench.gate.set()
        await bench.ended(worker, "not_written")
        assert message in bench.sqs.messages
        await pool.execute("ALTER TABLE away RENAME TO video_attempt")
        bench.errors = [bench.fails]
        bench.fails = None
        await bench.ended(worker, "failed")
    assert (await bench.row())["error_message"] == "the video is private"


async def test_a_message_is_left_to_whoever_took_its_row(bench: Bench, pool: Pool) -> None:
    bench.gate.clear()
    message = bench.send()
    async with bench.worker() as worker:
        await wait_until(lambda: len(bench.begun) == 1)
        bench.fails = VideoError("the video is private", code="private")
        await pool.execute("UPDATE video SET lease_token = lease_token + 1, lease_owner = 'w2'")
        bench.gate.set()
        await bench.ended(worker, "lease_lost")
    assert message in bench.sqs.messages
    assert (await bench.row())["lease_owner"] == "w2"


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
