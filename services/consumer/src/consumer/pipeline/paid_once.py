"""A provider whose answers are kept: the same request is paid for once, whichever attempt sends it."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

import structlog
from pydantic import TypeAdapter

from consumer import trace
from consumer.errors import Dependency, attributed
from consumer.material import Usage
from consumer.pipeline.budget import NO_CAP, DayBudget
from consumer.pipeline.checkpoint import Checkpoints, digest
from consumer.pipeline.notes.orders import Orders
from consumer.study import prompts
from consumer.study.answer import answer_schema
from consumer.study.providers import StudyProvider
from consumer.study.providers.batching import BatchProvider
from consumer.study.providers.refusals import Unreadable
from consumer.study.schema import Draft, StudyRequest

log = structlog.get_logger()
LAST_WORDS_S = 240.0  # of one answer; a stop allows less
DRAFT = TypeAdapter(Draft)


@dataclass(frozen=True)
class Answer:
    """One answer, bought under `key`: what it has cost is counted once, by that, whichever attempt comes to do so.

    Where it was lost, the same answer is bought anew, under another key. One that is not `is_readable` has cost its
    money all the same.
    """

    key: str
    model: str
    usage: Usage
    is_new: bool
    is_readable: bool = True


OnPaid = Callable[[Answer], Awaitable[None]]
"""Told each answer that is used, and each that was paid for in vain."""


def is_free(provider: StudyProvider) -> bool:
    """Whether its answers cost nothing, whatever else was spent."""
    return provider.name == "extractive"


def paid_once(
    provider: StudyProvider,
    checkpoints: Checkpoints,
    on_paid: OnPaid,
    hurry: asyncio.Event | None = None,
    budget: DayBudget = NO_CAP,
    *,
    batches: BatchProvider | None = None,
) -> StudyProvider:
    """The provider with its answers kept, or as it is where answers cost nothing; ordered where there are `batches`."""
    if is_free(provider):
        return provider
    orders = Orders(batches, checkpoints) if batches else None
    return PaidOnce(provider, checkpoints, on_paid, hurry or asyncio.Event(), budget, orders=orders)


class _Purchase:
    """One answer being bought. `is_settled` but while a cancel would lose what is paid for."""

    def __init__(self) -> None:
        self.name = secrets.token_hex(8)
        self.is_new = False
        self.is_settled = asyncio.Event()
        self.is_settled.set()

    def begin(self) -> None:
        """From here on it costs money."""
        self.is_new = True
        self.is_settled.clear()


class PaidOnce:
    """Implements StudyProvider; its maker closes the provider behind it. In a `hurry` nothing is waited for.

    A new answer is bought only where the `budget` allows it.
    """

    def __init__(
        self,
        provider: StudyProvider,
        checkpoints: Checkpoints,
        on_paid: OnPaid,
        hurry: asyncio.Event,
        budget: DayBudget,
        *,
        orders: Orders | None,
    ) -> None:
        self._provider = provider
        self._checkpoints = checkpoints
        self._on_paid = on_paid
        self._hurry = hurry
        self._budget = budget
        self._orders = orders

    @property
    def name(self) -> str:
        """Of the provider behind it, as is all else."""
        return self._provider.name

    @property
    def model(self) -> str:
        """See StudyProvider."""
        return self._provider.model

    @property
    def warnings(self) -> tuple[str, ...]:
        """See StudyProvider."""
        return self._provider.warnings

    async def write(self, request: StudyRequest) -> Draft:
        """The kept answer to this very request, else a new one. Raises like any provider's, and NotYet.

        Cancelled while a new one is under way, it waits for it, because it is paid for, and keeps it; not in a hurry.
        """
        purchase = _Purchase()
        writing = asyncio.create_task(self._write(request, purchase))
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            if not purchase.is_settled.is_set():
                await self._last_words(writing, purchase)
            raise
        finally:
            writing.cancel()

    async def _write(self, request: StudyRequest, purchase: _Purchase) -> Draft:
        made_from = self._asked(request)
        buy = partial(self._traced, request, made_from, purchase)
        key, model = self._checkpoints.key("study", made_from), request.model or self.model
        try:
            draft = await self._checkpoints.once("study", DRAFT, made_from, buy)
        except Unreadable as error:
            lost = f"{key}.{purchase.name}"
            await self._on_paid(Answer(lost, model, error.usage, is_new=True, is_readable=False))
            raise
        bought = f"{key}.{draft.purchase}" if draft.purchase else key  # as answers were kept before
        await self._on_paid(Answer(bought, model, draft.usage, is_new=purchase.is_new))
        return draft

    async def _traced(self, request: StudyRequest, made_from: str, purchase: _Purchase) -> Draft:
        # https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
        asked = {"gen_ai.provider.name": self.name, "gen_ai.request.model": request.model or self.model}
        with trace.span("language model", **asked, task=request.task) as span:
            draft = await self._buy(request, made_from, purchase)
            used = draft.usage
            span.set_attribute("gen_ai.usage.input_tokens", used.input_tokens)
            span.set_attribute("gen_ai.usage.output_tokens", used.output_tokens)
            span.set_attribute("cost_usd", used.cost_usd)
            return draft

    async def _buy(self, request: StudyRequest, made_from: str, purchase: _Purchase) -> Draft:
        if self._orders is None:
            await self._budget.check()
            purchase.begin()
            with attributed(Dependency.MODEL):
                return replace(await self._provider.write(request), purchase=purchase.name)
        order = await self._orders.placed(made_from)
        if order is None:
            await self._budget.check()
            purchase.begin()
            with attributed(Dependency.MODEL):
                order = await self._orders.place(made_from, request)
        purchase.is_new = True
        purchase.is_settled.set()  # whoever comes next collects it
        with attributed(Dependency.MODEL):
            found = await self._orders.collect(order, made_from, request)
        return replace(found, purchase=f"{order.batch}.{order.entry}")

    async def _last_words(self, writing: "asyncio.Task[Draft]", purchase: _Purchase) -> None:
        others = [asyncio.create_task(event.wait()) for event in (self._hurry, purchase.is_settled)]
        await asyncio.wait({writing, *others}, timeout=LAST_WORDS_S, return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            other.cancel()
        if writing.done() and not writing.cancelled() and (error := writing.exception()):
            log.warning("study.lost", error=str(error))

    async def check(self) -> tuple[str, ...]:
        """See StudyProvider."""
        return await self._provider.check()

    async def close(self) -> None:
        """Nothing of its own."""

    def _asked(self, request: StudyRequest) -> str:
        """All that decides the answer: who is asked, the words, the form."""
        words = (prompts.instructions(request.task), prompts.lecture(request), prompts.task(request))
        form = json.dumps(answer_schema(request.task), sort_keys=True)
        return digest(self.name, request.model or self.model, *words, form)
