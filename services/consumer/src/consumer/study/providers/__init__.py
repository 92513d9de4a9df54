"""Who can write study material."""

from typing import Protocol

from consumer.study.schema import Draft, StudyRequest


class StudyProvider(Protocol):
    """Writes drafts. What it writes is checked by the caller, whoever it is."""

    @property
    def name(self) -> str:
        """What STUDY_PROVIDER calls it; stands in the assets."""
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
        """Answer one request, with at most as many notes as it asks for.

        Raises TransientError (with `retry_after_s` where the API said when), or EnvironmentFault where the operator
        has to mend something. Called again with the same request it may be paid for again.
        """
        ...

    async def check(self) -> tuple[str, ...]:
        """Before the first request: warnings about the model, in words for the operator. Raises like `write`."""
        ...

    async def close(self) -> None:
        """Give back connections; nothing is asked afterwards."""
        ...
