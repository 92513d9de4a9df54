"""SQS and S3 on loopback: moto's server in a process of its own, with our queues and bucket made."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import boto3

from infra.sandbox.processes import LOOPBACK, answers, free_port, spawn

REGION = "us-east-1"
KEYS = {"AWS_ACCESS_KEY_ID": "embedded", "AWS_SECRET_ACCESS_KEY": "embedded"}
BUCKET, QUEUE, DEAD_LETTERS = "lectern", "lectern", "lectern-dead"
MAX_RECEIVES = 20


@dataclass(frozen=True)
class Aws:
    """Where the stand-in is, and what is in it."""

    endpoint: str
    queue_url: str
    bucket: str = BUCKET

    @property
    def environment(self) -> dict[str, str]:
        """The consumer's settings for it."""
        return {
            **KEYS,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            "SQS_QUEUE_URL": self.queue_url,
            "S3_BUCKET": self.bucket,
        }

    def client(self, service: str) -> Any:
        """A boto3 client for it."""
        keys = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
        return cast("Any", boto3).client(service, region_name=REGION, endpoint_url=self.endpoint, **keys)


@asynccontextmanager
async def embedded_aws(folder: Path) -> AsyncGenerator[Aws]:
    """The server runs inside."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", LOOPBACK, "-p", str(port)]
    part = await spawn("moto", command, {}, folder / "moto.log")
    try:
        endpoint = f"http://{LOOPBACK}:{port}"
        await part.until(lambda: answers(f"{endpoint}/moto-api/"))
        yield await asyncio.to_thread(_make, endpoint)
    finally:
        await part.stop()


def _make(endpoint: str) -> Aws:
    empty = Aws(endpoint, "")
    sqs = empty.client("sqs")
    dead = sqs.create_queue(QueueName=DEAD_LETTERS)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES})
    queue = sqs.create_queue(QueueName=QUEUE, Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    empty.client("s3").create_bucket(Bucket=BUCKET)
    return Aws(endpoint, queue)
