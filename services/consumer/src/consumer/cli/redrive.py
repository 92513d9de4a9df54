"""Dead letters go back to the queue that gave them up."""

import asyncio

from rich.console import Console

from consumer.clients.sqs import MAX_BATCH, Message, Queue
from consumer.errors import ConfigError
from consumer.trace import trace_of

HOLD_S = 600  # longer than it takes to read any number of them, and then they are released


async def redrive(queue: Queue, console: Console, *, dry_run: bool) -> int:
    """Send every dead letter back, deleting it only afterwards; how many. Raises ConfigError without such a queue.

    Each is taken once: one that comes back meanwhile stays.
    """
    dead = await queue.dead_letters()
    if dead is None:
        raise ConfigError(f"the queue {queue.url} has no dead-letter queue")
    known: set[str] = set()
    held: list[Message] = []
    moved = 0
    while messages := await dead.receive(MAX_BATCH, 1, HOLD_S):
        fresh = [message for message in messages if message.id not in known]
        held += messages if dry_run else [message for message in messages if message.id in known]
        if not fresh:
            break
        for message in fresh:
            why = f" ({message.reason})" if message.reason else ""
            console.print(f"{message.body[:200]}{why}", highlight=False, markup=False)
            known.add(message.id if dry_run else await _moved(message, dead, queue))
        moved += len(fresh)
    await asyncio.gather(*(dead.release(message) for message in held))
    return moved


async def _moved(message: Message, dead: Queue, queue: Queue) -> str:
    """The new message's id, which it keeps as a dead letter."""
    with trace_of(message.traceparent, message.id).entered():
        sent = await queue.send(message.body, group=message.group)
    await dead.delete(message)
    return sent
