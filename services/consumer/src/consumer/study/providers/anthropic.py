"""Study material by Claude. The one file that knows the Anthropic SDK."""

from collections.abc import Generator
from contextlib import contextmanager

import anthropic
from anthropic.types import Message

from consumer.errors import EnvironmentFault, TransientError
from consumer.study import prompts
from consumer.study.answer import answer_schema
from consumer.study.cost.prices import Tokens
from consumer.study.providers.api import CHECK_S, Access, ApiProvider, Refusal, Reply
from consumer.study.schema import StudyRequest

NO_CREDIT = frozenset({"contract_spend_limit_reached", "enforced_spend_limit_reached"})


class AnthropicProvider(ApiProvider):
    """Implements StudyProvider."""

    name = "anthropic"
    api = "Anthropic"

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self._client = anthropic.AsyncAnthropic(
            api_key=access.key.get_secret_value(), base_url=access.base_url, timeout=access.timeout_s, max_retries=0
        )

    async def check(self) -> tuple[str, ...]:
        """Models age: one that is retired raises EnvironmentFault, one that soon will be is a warning."""
        with self._translate_errors():
            found = await self._client.models.retrieve(self.model, timeout=CHECK_S)
        if found.lifecycle == "retired":
            words = f"The model {self.model} is retired: set ANTHROPIC_MODEL to a current one."
            raise EnvironmentFault(words, code="anthropic_setup")
        if found.lifecycle == "deprecated":
            return (f"The model {self.model} will be retired: set ANTHROPIC_MODEL to a current one.",)
        return ()

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def _ask(self, request: StudyRequest) -> Reply:
        """The transcript first and marked for the cache, the task last: all that is asked shares the prefix."""
        with self._translate_errors(request.model):
            message = await self._client.messages.create(
                model=request.model or self.model,
                max_tokens=self._most_tokens(request),
                system=prompts.instructions(request.task),
                messages=[
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "text",
                                "text": prompts.lecture(request),
                                "cache_control": {"type": "ephemeral"},
                            },
                            {"type": "text", "text": prompts.task(request)},
                        ],
                    }
                ],
                output_config={"format": {"type": "json_schema", "schema": answer_schema(request.task)}},
            )
        if not isinstance(message, Message):  # pyright: ignore[reportUnnecessaryIsInstance] the SDK hands on any body
            raise TransientError("Anthropic sent something that is not an answer.", code="anthropic_garbled")
        return _reply(message)

    @contextmanager
    def _translate_errors(self, judge: str | None = None) -> Generator[None]:
        """Around each call: the SDK's exceptions become ours here and nowhere else."""
        try:
            yield
        except anthropic.APIStatusError as error:
            raise self._verdict(_refusal(error), judge) from error
        except anthropic.AnthropicError as error:
            raise self._unreachable(error) from error


def _reply(message: Message) -> Reply:
    return Reply(
        text="".join(block.text for block in message.content if block.type == "text"),
        ended=message.stop_reason,
        declined=message.stop_reason == "refusal",
        cut_off=message.stop_reason in {"max_tokens", "model_context_window_exceeded"},
        used=Tokens(
            input=message.usage.input_tokens,
            output=message.usage.output_tokens,
            cache_read=message.usage.cache_read_input_tokens or 0,
            cache_write=message.usage.cache_creation_input_tokens or 0,
        ),
    )


def _refusal(error: anthropic.APIStatusError) -> Refusal:
    """Old accounts report an empty balance as a 400 with words about it."""
    return Refusal(
        status=error.status_code,
        said=f"{error.api_message or error.message} (status {error.status_code})",
        headers=error.response.headers,
        no_credit=error.type == "billing_error"
        or error.error_code in NO_CREDIT
        or "credit balance" in str(error.api_message),
        not_allowed=error.error_code == "organization_on_hold",
    )
