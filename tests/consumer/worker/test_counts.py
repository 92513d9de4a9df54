"""What a video costs the queue and the database, in calls and transactions."""

from consumer.database.postgres import Pool, connect
from consumer.database.settings import DatabaseSettings
from tests.support.consumer.harness import Harness
from tests.support.counts import check


async def test_a_video_costs_the_calls_and_transactions_that_it_did(
    harness: Harness, pool: Pool, database_settings: DatabaseSettings
) -> None:
    async with connect(database_settings, tries=1) as watching:
        before = await _transactions(watching)
        for number in range(10):
            harness.send(f"v{number}")
        async with harness.worker() as worker:
            await harness.ended(worker, "completed", 10)
        calls = [call for call in harness.sqs.calls if call.action != "ReceiveMessage"]
        await pool.close()  # a connection that ends says what it did
        seen = {"calls to the queue": len(calls), "transactions": await _transactions(watching) - before}
    check("ten videos", seen)


async def _transactions(watching: Pool) -> int:
    query = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
    return int(await watching.fetchval(query))
