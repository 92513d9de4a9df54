"""A FIFO queue, and messages whose text lies in a bucket, on moto."""

import asyncio
import json
import uuid
from typing import Any

import pytest
from rich.console import Console

from consumer.cli.redrive import redrive
from consumer.clients.sqs import Message, Queue
from consumer.errors import BadMessage
from infra.sandbox.aws import REGION, Aws

FIFO = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}


@pytest.fixture
async def fifo(aws: Aws) -> Queue:
    """An empty FIFO queue with one for its dead letters."""

    def make() -> str:
        sqs, name = aws.client("sqs"), uuid.uuid4().hex
        dead = sqs.create_queue(QueueName=f"{name}-dead.fifo", Attributes=FIFO)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
        return str(sqs.create_queue(QueueName=f"{name}.fifo", Attributes={**FIFO, "RedrivePolicy": policy})["QueueUrl"])

    return Queue(await asyncio.to_thread(make), REGION, aws.endpoint)


async def received(queue: Queue) -> Message:
    (message,) = await queue.receive(1, 0, 30)
    return message


async def test_a_copy_keeps_its_group_and_is_not_taken_for_a_repetition(fifo: Queue) -> None:
    await fifo.send("hello", group="v1")
    message = await received(fifo)
    assert message.group == "v1"
    await fifo.send(message.body, 60, group=message.group)  # no single message of such a queue can be delayed
    await fifo.delete(message)
    copy = await received(fifo)
    assert (copy.body, copy.group) == ("hello", "v1")
    await fifo.delete(copy)


async def test_a_message_without_a_group_waits_for_nobody(fifo: Queue) -> None:
    for text in ("one", "two"):
        await fifo.send(text)
    messages = await fifo.receive(10, 0, 30)
    assert {message.body for message in messages} == {"one", "two"}
    for message in messages:
        await fifo.delete(message)


async def test_dead_letters_are_made_and_sent_back_in_their_group(fifo: Queue) -> None:
    await fifo.send("odd", group="v1")
    assert await fifo.bury(await received(fifo), "not_json: it is odd")
    assert await redrive(fifo, Console(quiet=True), dry_run=False) == 1
    back = await received(fifo)
    assert (back.body, back.group) == ("odd", "v1")
    await fifo.delete(back)


async def pointed(aws: Aws, key: str, content: bytes | None, kind: str) -> Message:
    if content is not None:
        bucket: dict[str, Any] = {"Bucket": aws.bucket, "Key": key, "Body": content}
        await asyncio.to_thread(lambda: aws.client("s3").put_object(**bucket))
    return Message("m1", json.dumps([kind, {"s3BucketName": aws.bucket, "s3Key": key}]), "h", 1)


@pytest.mark.parametrize(
    "kind",
    ["software.amazon.payloadoffloading.PayloadS3Pointer", "com.amazon.sqs.javamessaging.MessageS3Pointer"],
)
async def test_a_text_that_the_extended_client_put_into_a_bucket_is_read(aws: Aws, fifo: Queue, kind: str) -> None:
    assert await fifo.body(await pointed(aws, "texts/1", b'{"video_id": "v1"}', kind)) == '{"video_id": "v1"}'


async def test_a_text_that_is_gone_or_no_message_is_refused(aws: Aws, fifo: Queue) -> None:
    kind = "software.amazon.payloadoffloading.PayloadS3Pointer"
    with pytest.raises(BadMessage, match="NoSuchKey"):
        await fifo.body(await pointed(aws, "texts/none", None, kind))
    with pytest.raises(BadMessage, match="too large for a message"):
        await fifo.body(await pointed(aws, "texts/big", b"x" * ((1 << 20) + 1), kind))


@pytest.mark.parametrize("body", ["[1]", "[", '["other", {"s3BucketName": "b", "s3Key": "k"}]', "{}", "hello"])
async def test_any_other_text_is_itself(fifo: Queue, body: str) -> None:
    assert await fifo.body(Message("m1", body, "h", 1)) == body
