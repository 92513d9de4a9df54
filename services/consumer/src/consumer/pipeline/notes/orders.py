"""Answers that are ordered by the batch: the order is kept before anybody waits, so that no attempt places it again."""

import structlog
from pydantic import TypeAdapter, ValidationError

from consumer.errors import LecternError
from consumer.pipeline.checkpoint import Checkpoints
from consumer.study.providers.batching import BatchProvider, Order
from consumer.study.schema import Draft, StudyRequest

log = structlog.get_logger()
ORDER = TypeAdapter(Order)


class Orders:
    """Orders with `provider`, kept in `checkpoints` beside the answers and named alike."""

    def __init__(self, provider: BatchProvider, checkpoints: Checkpoints) -> None:
        self._provider = provider
        self._checkpoints = checkpoints

    async def placed(self, made_from: str) -> Order | None:
        """The order that an earlier attempt placed for what has this digest."""
        content = await self._checkpoints.find("order", made_from)
        try:
            return ORDER.validate_json(content) if content else None
        except ValidationError:
            log.warning("order.unreadable", made_from=made_from)
            return None

    async def place(self, made_from: str, request: StudyRequest) -> Order:
        """A new order. A kill between the API's answer and the keeping loses it: it is paid for in vain."""
        order = await self._provider.order(request)
        await self._checkpoints.keep("order", made_from, ORDER.dump_json(order))
        log.info("order.placed", batch=order.batch, entry=order.entry)
        return order

    async def collect(self, order: Order, made_from: str, request: StudyRequest) -> Draft:
        """The answer, waited for. Raises like a provider; what brought no answer is forgotten, to be ordered anew."""
        found = await self._provider.collect(order, request)
        if isinstance(found, LecternError):
            await self._checkpoints.keep("order", made_from, b"")
            raise found
        return found
