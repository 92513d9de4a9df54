"""What the worker needs of SQS and of the database, so that either can be stood in for."""

from typing import Protocol

from consumer.clients.sqs import Message
from consumer.database.videos import Claim, Unclaimed
from consumer.models import Job, Outcome


class MessageQueue(Protocol):
    """What the worker needs of SQS."""

    async def receive(self, most: int, wait_s: int, lease_s: float) -> list[Message]: ...

    async def extend(self, message: Message, seconds: float) -> None: ...

    async def release(self, message: Message, delay_s: float = 0) -> None: ...

    async def delete(self, message: Message) -> None: ...

    async def send(self, body: str, delay_s: float = 0) -> str: ...


class VideoRows(Protocol):
    """What the worker needs of the database."""

    async def claim(self, job: Job, owner: str, lease_s: float, message_id: str) -> Claim | Unclaimed: ...

    async def extend(self, claim: Claim, lease_s: float) -> None: ...

    async def progress(self, claim: Claim, status: str, fraction: float) -> None: ...

    async def give_up(self, claim: Claim, outcome: Outcome) -> None: ...

    async def reject(self, video_id: str, code: str, message: str) -> None: ...
