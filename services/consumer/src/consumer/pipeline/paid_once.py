"""A provider whose answers are kept: the same request is paid for once, whichever attempt sends it."""

import json
from collections.abc import Awaitable, Callable

from pydantic import TypeAdapter

from consumer.errors import Dependency, attributed
from consumer.material import Usage
from consumer.pipeline.checkpoint import Checkpoints, digest
from consumer.study import prompts
from consumer.study.answer import answer_schema
from consumer.study.providers import StudyProvider
from consumer.study.schema import Draft, StudyRequest

DRAFT = TypeAdapter(Draft)
OnPaid = Callable[[str, Usage], Awaitable[None]]
"""Told the model and what one answer of it has cost, once it is kept."""


def paid_once(provider: StudyProvider, checkpoints: Checkpoints, on_paid: OnPaid) -> StudyProvider:
    """The provider with its answers kept, or as it is where answers cost nothing."""
    return provider if provider.name == "extractive" else PaidOnce(provider, checkpoints, on_paid)


class PaidOnce:
    """Implements StudyProvider; its maker closes the provider behind it."""

    def __init__(self, provider: StudyProvider, checkpoints: Checkpoints, on_paid: OnPaid) -> None:
        self._provider = provider
        self._checkpoints = checkpoints
        self._on_paid = on_paid

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
        """The kept answer to this very request, else a new one. Raises like any provider's."""
        paid: list[Usage] = []

        async def buy() -> Draft:
            with attributed(Dependency.MODEL):
                draft = await self._provider.write(request)
            paid.append(draft.usage)
            return draft

        draft = await self._checkpoints.once("study", DRAFT, self._asked(request), buy)
        for usage in paid:
            await self._on_paid(self.model, usage)
        return draft

    async def check(self) -> tuple[str, ...]:
        """See StudyProvider."""
        return await self._provider.check()

    async def close(self) -> None:
        """Nothing of its own."""

    def _asked(self, request: StudyRequest) -> str:
        """All that decides the answer: who is asked, the words, the form."""
        words = (prompts.instructions(), prompts.lecture(request), prompts.task(request))
        return digest(self.name, self.model, *words, json.dumps(answer_schema(), sort_keys=True))
