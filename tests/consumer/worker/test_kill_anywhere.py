"""kill -9 after every single thing that a consumer tells the world: nothing is lost, nothing is paid for twice."""

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from consumer.database.postgres import Pool
from consumer.database.videos import Videos
from infra.sandbox.aws import Aws
from infra.sandbox.standins import anthropic
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.model_api import model_api
from infra.sandbox.standins.serving import serving
from infra.sandbox.standins.sqs import StrictSqs
from infra.sandbox.standins.youtube import YouTubeStandin
from tests.support.consumer.fake_transcriber import FakeTranscriber
from tests.support.consumer.killable import LEASE_S

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class World:
    """Everything outside the consumer, which outlives its kills."""

    def __init__(
        self, aws: Aws, environment: Mapping[str, str], heard: FakeTranscriber, claude: AnthropicStandin
    ) -> None:
        self.aws = aws
        self.heard = heard
        self.claude = claude
        self._environment = environment

    async def consumers(self, what: str) -> str:
        """Run the program that kills consumers, or the one that finishes; what it printed."""
        command = [sys.executable, "-m", "tests.support.consumer.killable", what]
        environment = {**os.environ, **self._environment}
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
        output, _ = await process.communicate()
        assert process.returncode == 0
        return output.decode()

    def read(self, key: str) -> bytes:
        return self.aws.client("s3").get_object(Bucket=self.aws.bucket, Key=key)["Body"].read()


@pytest.fixture
async def world(
    aws: Aws, database: dict[str, str], sqs: StrictSqs, lecture: Path, tmp_path: Path
) -> AsyncGenerator[World]:
    heard, claude = FakeTranscriber(), AnthropicStandin()
    heard.may_answer.set()
    async with AsyncExitStack() as stack:
        youtube = await stack.enter_async_context(YouTubeStandin(lecture))
        transcriber = await stack.enter_async_context(serving(heard.app()))
        api = await stack.enter_async_context(model_api(claude))
        settings = {
            "SQS_QUEUE_URL": sqs.url,
            "TRANSCRIBER_URL": transcriber,
            "ANTHROPIC_BASE_URL": api,
            "ANTHROPIC_API_KEY": anthropic.KEY,
            "DOWNLOAD_DIR": str(tmp_path),
        }
        environment = {**aws.environment, **database, **youtube.environment, **settings}
        yield World(aws, environment, heard, claude)


async def test_a_consumer_killed_at_any_point_leaves_work_that_the_next_one_finishes_once(
    world: World, videos: Videos, pool: Pool, sqs: StrictSqs, tmp_path: Path
) -> None:
    points = int((await world.consumers("kill")).splitlines()[-1])
    assert points > 20
    await pool.execute("UPDATE video SET lease_until = now() WHERE lease_until IS NOT NULL")
    sqs.pass_time(LEASE_S)
    await world.consumers("finish")
    for point in range(1, points + 1):
        row = await videos.row(f"k{point}")
        assert row is not None
        assert (row["status"], row["lease_until"], row["error_message"]) == ("completed", None, None)
        check_manifest(world, json.loads(world.read(row["manifest_key"])))
        assert float(row["cost_usd"]) > 0
    assert world.heard.times == points
    assert len(world.claude.requests) == len({json.dumps(body) for body in world.claude.requests}) * points
    assert [path for path in (tmp_path / "lectern").iterdir() if path.name.startswith("k")] == []


def check_manifest(world: World, manifest: dict[str, Any]) -> None:
    """Every file that it names is there, to the last bit."""
    for stored in manifest["files"].values():
        assert hashlib.sha256(world.read(stored["key"])).hexdigest() == stored["sha256"]
