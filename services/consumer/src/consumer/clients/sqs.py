"""One SQS queue. Its limits: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"""

import asyncio
import copy
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from consumer import trace
from consumer.clients import aws
from consumer.errors import LENT_OUT, BadMessage, Dependency, EnvironmentFault, LeaseLost, LecternError, TransientError

log = structlog.get_logger()
REACH_TRIES, REACH_PAUSE_S = 10, 3.0
MAX_BATCH = 10
MAX_WAIT_S = 20
DEFAULT_RETENTION_S = 4 * 24 * 3600
MAX_DELAY_S = 15 * 60
MAX_HOLD_S = 12 * 3600  # from the receive, however often it is extended
MAX_POINTED_BYTES = 1 << 20
"""A message that needs more is not one of ours."""
POINTERS = ("software.amazon.payloadoffloading.PayloadS3Pointer", "com.amazon.sqs.javamessaging.MessageS3Pointer")
GONE_PAYLOAD: dict[str, type[LecternError]] = {"NoSuchKey": BadMessage, "NoSuchBucket": BadMessage}
GONE: dict[str, type[LecternError]] = {
    "MessageNotInflight": LeaseLost,
    "ReceiptHandleIsInvalid": LeaseLost,
    "InvalidParameterValue": LeaseLost,
}


@dataclass(frozen=True)
class Message:
    """One delivery: the handle is good for this receive only; `received_at` is our monotonic clock.

    `reason` says of a dead letter that we made why we did, `traceparent` which trace its sender was in;
    `group` is a FIFO queue's; `sent_at` are SQS's seconds since 1970.
    """

    id: str
    body: str
    handle: str
    receives: int
    received_at: float = field(default_factory=time.monotonic)
    reason: str | None = None
    traceparent: str | None = None
    group: str | None = None
    sent_at: float | None = None


@dataclass(frozen=True)
class Patience:
    """How often a queue delivers a message before it is a dead letter (None: for ever), and how long it keeps one."""

    max_receives: int | None
    retention_s: float


class Queue:
    """One queue, by its URL; boto3's blocking calls are made in threads. Times are in seconds.

    Every method raises TransientError where SQS does not answer, EnvironmentFault where it refuses us; those that take
    a Message raise LeaseLost where its handle is stale, which means that somebody else may have it now.
    """

    def __init__(self, url: str, region: str, endpoint: str | None = None) -> None:
        polling = {"connect_timeout": 5, "read_timeout": MAX_WAIT_S + 10, "retries": {"total_max_attempts": 1}}
        prompt = {"connect_timeout": 5, "read_timeout": 10, "retries": {"total_max_attempts": 3}}
        self.url = url
        self._payloads = partial(aws.client, "s3", region, endpoint, **prompt)
        self._poll = aws.client("sqs", region, endpoint, **polling)
        self._client = aws.client("sqs", region, endpoint, **prompt)

    async def receive(self, most: int, wait_s: int, lease_s: float) -> list[Message]:
        """Up to `most` messages (10 at most), hidden for `lease_s`, waited for up to `wait_s` (20 at most).

        Cannot be cancelled: wait it out and release what it brings.
        """
        answer = await self._call(
            "receive messages",
            self._poll.receive_message,
            MaxNumberOfMessages=min(most, MAX_BATCH),
            WaitTimeSeconds=min(wait_s, MAX_WAIT_S),
            VisibilityTimeout=int(lease_s),
            MessageSystemAttributeNames=["ApproximateReceiveCount", "MessageGroupId", "SentTimestamp"],
            MessageAttributeNames=["reason", trace.HEADER],
        )
        return [_message(each) for each in answer.get("Messages", [])]

    async def extend(self, message: Message, seconds: float) -> None:
        """Hide a message for so long from now on; 0 releases it. Raises LeaseLost past SQS's twelve hours."""
        held = time.monotonic() - message.received_at
        if held + seconds > MAX_HOLD_S:
            raise LeaseLost("SQS lends a message for twelve hours and they are over", code=LENT_OUT)
        visibility = {"ReceiptHandle": message.handle, "VisibilityTimeout": int(seconds)}
        await self._call("extend a message", self._client.change_message_visibility, **visibility)

    async def release(self, message: Message, delay_s: float = 0) -> None:
        """Give a message back, to be seen again after `delay_s`; a message that is not ours any more is left alone."""
        held = time.monotonic() - message.received_at
        try:
            await self.extend(message, max(0.0, min(delay_s, MAX_HOLD_S - held - 60)))
        except LeaseLost:
            return

    async def delete(self, message: Message) -> None:
        """The message is dealt with."""
        await self._call("delete a message", self._client.delete_message, ReceiptHandle=message.handle)

    @property
    def is_fifo(self) -> bool:
        """Whether it keeps each group of messages in order."""
        return self.url.endswith(".fifo")

    async def body(self, message: Message) -> str:
        """What a message says, also where the sender put that into a bucket. Raises BadMessage where that is gone."""
        pointer = _pointer(message.body)
        return message.body if pointer is None else await asyncio.to_thread(self._pointed, *pointer)

    async def send(self, body: str, delay_s: float = 0, *, reason: str | None = None, group: str | None = None) -> str:
        """Queue a message, to be seen after `delay_s` (a quarter of an hour at most); its id.

        `reason` goes with it as an attribute of that name, and so does the trace that we are in. In a FIFO queue it is
        the last of its `group` (one of its own where none is named) and comes at once, for such a queue delays no
        single message; it is never taken for a repetition, not even of what it replaces.
        """
        values: dict[str, object] = {"MessageBody": body}
        if self.is_fifo:
            unique = uuid.uuid4().hex
            values |= {"MessageGroupId": group or unique, "MessageDeduplicationId": unique}
        elif delay_s >= 1:
            values["DelaySeconds"] = int(min(delay_s, MAX_DELAY_S))
        notes = {**({"reason": reason} if reason else {}), **trace.headers()}
        if notes:
            values["MessageAttributes"] = {
                name: {"DataType": "String", "StringValue": note} for name, note in notes.items()
            }
        answer = await self._call("send a message", self._client.send_message, **values)
        return str(answer["MessageId"])

    async def bury(self, message: Message, reason: str) -> bool:
        """Make a dead letter of a message, with words about it; False where the queue has none."""
        dead = await self.dead_letters()
        if dead is None:
            return False
        await dead.send(message.body, reason=reason, group=message.group)
        await self.delete(message)
        return True

    async def dead_letters(self) -> "Queue | None":
        """The queue of what is given up; None where the queue has none."""
        policy = (await self.attributes()).get("RedrivePolicy")
        if not policy:
            return None
        arn = str(json.loads(policy)["deadLetterTargetArn"])  # dead letters stay in their queue's account and region
        return self.sibling(arn.rsplit(":", 1)[-1])

    async def attributes(self) -> dict[str, str]:
        """What SQS says about the queue."""
        answer = await self._call("read the queue", self._client.get_queue_attributes, AttributeNames=["All"])
        return dict(answer["Attributes"])

    async def reachable(self, tries: int = REACH_TRIES) -> Patience:
        """How patient it is. Raises EnvironmentFault where it refuses us, or does not answer for half a minute."""
        for number in range(1, tries + 1):
            try:
                return _patience(await self.attributes())
            except TransientError as error:
                log.warning("sqs.unreachable", url=self.url, tries=number, error=str(error))
                if number == tries:
                    words = f"the queue (SQS_QUEUE_URL, AWS_ENDPOINT_URL) cannot be reached: {error}"
                    raise EnvironmentFault(words, dependency=Dependency.QUEUE) from error
                await asyncio.sleep(REACH_PAUSE_S)
        raise AssertionError("unreachable")

    def sibling(self, name: str) -> "Queue":
        """Another queue of the same account and region, by the same client."""
        other = copy.copy(self)
        other.url = f"{self.url.rsplit('/', 1)[0]}/{name}"
        return other

    def _pointed(self, bucket: str, key: str) -> str:
        with aws.translate_errors("S3", "read a message", GONE_PAYLOAD):
            answer = self._payloads().get_object(Bucket=bucket, Key=key)
            content = bytes(answer["Body"].read(MAX_POINTED_BYTES + 1))
        if len(content) > MAX_POINTED_BYTES:
            raise BadMessage("what the message points to is too large for a message", code="too_large")
        return content.decode("utf-8", errors="replace")

    async def _call(self, what: str, method: Callable[..., dict[str, Any]], **values: object) -> dict[str, Any]:
        with aws.translate_errors("SQS", what, GONE):
            return await asyncio.to_thread(method, QueueUrl=self.url, **values)


def _pointer(body: str) -> tuple[str, str] | None:
    """Bucket and key in a pointer of SQS's extended client, of either of its generations; None for any other body."""
    if not body.startswith("["):
        return None
    try:
        match json.loads(body):
            case [str(kind), {"s3BucketName": str(bucket), "s3Key": str(key)}] if kind in POINTERS:
                return bucket, key
            case _:
                return None
    except (ValueError, RecursionError):
        return None


def _message(received: dict[str, Any]) -> Message:
    attributes: dict[str, str] = received["Attributes"]
    notes = {name: str(note.get("StringValue", "")) for name, note in received.get("MessageAttributes", {}).items()}
    return Message(
        id=received["MessageId"],
        body=received["Body"],
        handle=received["ReceiptHandle"],
        receives=int(attributes["ApproximateReceiveCount"]),
        reason=notes.get("reason"),
        traceparent=notes.get(trace.HEADER),
        sent_at=int(attributes["SentTimestamp"]) / 1000 if "SentTimestamp" in attributes else None,
        group=attributes.get("MessageGroupId"),
    )


def _patience(attributes: dict[str, str]) -> Patience:
    policy = json.loads(attributes.get("RedrivePolicy") or "{}")
    receives = policy.get("maxReceiveCount")
    retention_s = float(attributes.get("MessageRetentionPeriod", DEFAULT_RETENTION_S))
    return Patience(int(receives) if receives else None, retention_s)
