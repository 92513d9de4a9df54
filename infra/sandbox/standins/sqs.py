"""A stand-in for SQS that is strict where moto is lax: a lease that is over is over.

Speaks SQS's JSON protocol over HTTP for one queue and its dead letters, as a standard queue is documented:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
"""

import asyncio
import hashlib
import itertools
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.sandbox.standins.serving import serving

MAX_DELAY_S, MAX_HOLD_S = 900, 12 * 3600
NAME, STALE = "strict", "ReceiptHandleIsInvalid"
NOT_IN_FLIGHT = "AWS.SimpleQueueService.MessageNotInflight"
NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"
WRONG = "InvalidParameterValue"


class Refused(Exception):
    """What SQS answers instead: its error code and the text."""

    def __init__(self, code: str, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.code = code
        self.status = status


@dataclass
class Stored:
    """A message in the queue. `handle` is the newest one; `hidden_until` and `received_at` are the stand-in's clock."""

    id: str
    body: str
    hidden_until: float = 0.0
    handle: str | None = None
    received_at: float = 0.0
    receives: int = 0
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    sent_at_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)


@dataclass
class Call:
    """One request that arrived, with the time it arrived at."""

    action: str
    body: dict[str, Any]
    at: float


@dataclass
class StrictSqs:
    """The queue's state, and the faults that a test asks for."""

    max_receives: int = 10
    url: str = ""
    messages: list[Stored] = field(default_factory=list[Stored])
    dead_letters: list[Stored] = field(default_factory=list[Stored])
    calls: list[Call] = field(default_factory=list[Call])
    stale_deletes: int = 0
    polls_open: int = 0

    def __post_init__(self) -> None:
        self._skipped_s = 0.0
        self._numbers = itertools.count(1)
        self._changed = asyncio.Event()
        self._faults: dict[str, tuple[Refused, int]] = {}

    def now(self) -> float:
        """The stand-in's clock, in seconds."""
        return time.monotonic() + self._skipped_s

    def pass_time(self, seconds: float) -> None:
        """Let that much time go by at once."""
        self._skipped_s += seconds
        self._changed.set()

    def fail(self, action: str, code: str, *, times: int = 1, status: int = 400) -> None:
        """Refuse the next so many requests of one kind."""
        self._faults[action] = (Refused(code, f"{code}, as the test asked", status), times)

    def add(self, body: str, delay_s: float = 0, queue: str = NAME, attributes: dict[str, Any] | None = None) -> Stored:
        """A message, as a producer would send it."""
        message = Stored(f"m{next(self._numbers)}", body, self.now() + delay_s, attributes=attributes or {})
        self._held(queue).append(message)
        self._changed.set()
        return message

    def steal(self, message: Stored) -> None:
        """Deliver a message to somebody else, whoever holds it: the zombie's nightmare."""
        self._deliver(message, hide_s=3600)

    def visible(self, message: Stored) -> bool:
        """Whether the next receive could bring it."""
        return message in self.messages and message.hidden_until <= self.now()

    def hidden_s(self, message: Stored) -> float:
        """For how much longer nobody sees it."""
        return max(0.0, message.hidden_until - self.now())

    def called(self, action: str) -> list[Call]:
        """The requests of one kind so far."""
        return [call for call in self.calls if call.action == action]

    async def act(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        """Answer one request; raises Refused."""
        self.calls.append(Call(action, body, self.now()))
        self._refuse_if_asked(action)
        if "QueueUrl" in body and body["QueueUrl"] not in (self.url, f"{self.url}-dead"):
            raise Refused(NO_QUEUE, "The specified queue does not exist.")
        actions: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "ChangeMessageVisibility": self._change_visibility,
            "DeleteMessage": self._delete,
            "GetQueueAttributes": self._attributes,
            "SendMessage": self._send,
        }
        return await self._receive(body) if action == "ReceiveMessage" else actions[action](body)

    def _refuse_if_asked(self, action: str) -> None:
        refused, left = self._faults.get(action, (None, 0))
        if refused is None or left <= 0:
            return
        self._faults[action] = (refused, left - 1)
        raise refused

    async def _receive(self, body: dict[str, Any]) -> dict[str, Any]:
        """A long poll: it stays open, whether or not the client is still there, and takes what arrives meanwhile."""
        if not 1 <= body.get("MaxNumberOfMessages", 1) <= 10:
            raise Refused(WRONG, "MaxNumberOfMessages must be between 1 and 10")
        deadline = time.monotonic() + body.get("WaitTimeSeconds", 0)
        self.polls_open += 1
        try:
            while not (taken := self._take(body)) and (left := deadline - time.monotonic()) > 0:
                self._changed.clear()
                await self._until_changed(min(left, self._next_visible_s()))
        finally:
            self.polls_open -= 1
        return {"Messages": taken} if taken else {}

    async def _until_changed(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)

    def _next_visible_s(self) -> float:
        return min((self.hidden_s(message) for message in self._held(NAME)), default=20.0) + 0.005

    def _held(self, queue: str) -> list[Stored]:
        return self.messages if queue == NAME else self.dead_letters

    def _take(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        queue = str(body["QueueUrl"]).rsplit("/", 1)[-1]
        seen = [each for each in self._held(queue) if each.hidden_until <= self.now()]
        for message in [each for each in seen if queue == NAME and each.receives >= self.max_receives]:
            seen.remove(message)
            self.messages.remove(message)
            self.dead_letters.append(Stored(message.id, message.body))
        return [self._deliver(each, body.get("VisibilityTimeout", 30)) for each in seen[: body["MaxNumberOfMessages"]]]

    def _deliver(self, message: Stored, hide_s: float) -> dict[str, Any]:
        message.receives += 1
        message.handle = f"{message.id}-{message.receives}-{next(self._numbers)}"
        message.received_at = self.now()
        message.hidden_until = self.now() + hide_s
        return {
            "MessageId": message.id,
            "ReceiptHandle": message.handle,
            "Body": message.body,
            "MD5OfBody": hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest(),
            "Attributes": {"ApproximateReceiveCount": str(message.receives), "SentTimestamp": f"{message.sent_at_ms}"},
            "MessageAttributes": message.attributes,
        }

    def _change_visibility(self, body: dict[str, Any]) -> dict[str, Any]:
        message = self._by_handle(body["ReceiptHandle"])
        if message.hidden_until <= self.now():
            raise Refused(NOT_IN_FLIGHT, "The message is not in flight.")
        seconds = int(body["VisibilityTimeout"])
        if not 0 <= seconds <= MAX_HOLD_S - (self.now() - message.received_at):
            raise Refused(WRONG, "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]")
        message.hidden_until = self.now() + seconds
        self._changed.set()
        return {}

    def _by_handle(self, handle: str) -> Stored:
        for message in [*self.messages, *self.dead_letters]:
            if message.handle == handle:
                return message
        raise Refused(STALE, "The input receipt handle is invalid.")

    def _delete(self, body: dict[str, Any]) -> dict[str, Any]:
        """With a stale handle SQS says yes and deletes nothing."""
        try:
            message = self._by_handle(body["ReceiptHandle"])
            (self.messages if message in self.messages else self.dead_letters).remove(message)
        except Refused:
            self.stale_deletes += 1
        return {}

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        delay_s = body.get("DelaySeconds", 0)
        if not 0 <= delay_s <= MAX_DELAY_S:
            raise Refused(WRONG, "DelaySeconds must be >= 0 and <= 900")
        queue = str(body["QueueUrl"]).rsplit("/", 1)[-1]
        return {"MessageId": self.add(body["MessageBody"], delay_s, queue, body.get("MessageAttributes")).id}

    def _attributes(self, body: dict[str, Any]) -> dict[str, Any]:
        held = self._held(str(body["QueueUrl"]).rsplit("/", 1)[-1])
        hidden = [message for message in held if message.hidden_until > self.now()]
        policy = {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:0:{NAME}-dead", "maxReceiveCount": self.max_receives}
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(len(held) - len(hidden)),
                "ApproximateNumberOfMessagesNotVisible": str(len(hidden)),
                "RedrivePolicy": json.dumps(policy),
            }
        }


@asynccontextmanager
async def strict_sqs(max_receives: int = 10) -> AsyncGenerator[StrictSqs]:
    """The stand-in as a server on loopback; its `url` is the queue's."""
    state = StrictSqs(max_receives)

    async def answer(request: Request) -> Response:
        action = request.headers["x-amz-target"].rsplit(".", 1)[-1]
        try:
            return _reply(await state.act(action, cast("dict[str, Any]", await request.json())))
        except Refused as error:
            said = {"__type": f"com.amazonaws.sqs#{error.code.rsplit('.', 1)[-1]}", "message": str(error)}
            return _reply(said, error.status, {"x-amzn-query-error": f"{error.code};Sender"})

    async with serving(Starlette(routes=[Route("/", answer, methods=["POST"])])) as address:
        state.url = f"{address}/000000000000/{NAME}"
        yield state


def _reply(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, media_type="application/x-amz-json-1.0")
