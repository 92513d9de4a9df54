"""Dead letters go back to the queue that gave them up."""

import asyncio
import json

from rich.console import Console

from consumer.errors import ConfigError
from consumer.sqs import MAX_BATCH, Message, Queue

HOLD_S = 60


async def redrive(queue: Queue, console: Console, *, dry_run: bool) -> int:
    """Send every dead letter back, deleting it only afterwards; how many. Raises ConfigError without such a queue."""
    dead = await _dead_letters(queue)
    seen: list[Message] = []
    while messages := await dead.receive(MAX_BATCH, 1, HOLD_S):
        for message in messages:
            console.print(message.body[:200], highlight=False, markup=False)
            if not dry_run:
                await queue.send(message.body)
                await dead.delete(message)
        seen += messages
    if dry_run:
        await asyncio.gather(*(dead.release(message) for message in seen))
    return len(seen)


async def _dead_letters(queue: Queue) -> Queue:
    policy = (await queue.attributes()).get("RedrivePolicy")
    if not policy:
        raise ConfigError(f"the queue {queue.url} has no dead-letter queue")
    arn = str(json.loads(policy)["deadLetterTargetArn"])  # dead letters stay in their queue's account and region
    return queue.sibling(arn.rsplit(":", 1)[-1])
