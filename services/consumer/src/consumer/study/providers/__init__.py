"""Who can write study material."""

from typing import Literal, Protocol

from consumer.study.schema import Draft, StudyRequest

ProviderName = Literal["anthropic", "openai", "extractive"]


class StudyProvider(Protocol):
    """Writes drafts. What it writes is checked by the caller, whoever it is."""

    @property
    def name(self) -> ProviderName:
        """Stands in the assets."""
        ...

    @property
    def model(self) -> str:
        """The model's id, or the method's name."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the assets should know about this provider."""
        ...

    async def write(self, request: StudyRequest) -> Draft:
        """Answer one request; raises TransientError or EnvironmentFault."""
        ...

    async def check(self) -> tuple[str, ...]:
        """What the operator should know of the model before the first request; raises like `write`."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...
