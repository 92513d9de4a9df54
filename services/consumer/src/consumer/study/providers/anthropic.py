"""Study material by Claude. The one file that knows the Anthropic SDK."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import anthropic
from anthropic.types import Message, TextBlockParam
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from anthropic.types.messages import MessageBatchIndividualResponse, MessageBatchResult
from anthropic.types.messages.batch_create_params import Request

from consumer.clients.retry import patiently
from consumer.errors import EnvironmentFault, LecternError, TransientError
from consumer.study import prompts
from consumer.study.answer import answer_schema
from consumer.study.cost.prices import BATCH_SHARE, Tokens
from consumer.study.providers.api import CHECK_S, Access, ApiProvider, Refusal, Reply
from consumer.study.providers.batching import Batches, Order, Pace
from consumer.study.providers.refusals import Unreadable
from consumer.study.schema import Draft, StudyRequest

NO_CREDIT = frozenset({"contract_spend_limit_reached", "enforced_spend_limit_reached"})
STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""Of https://platform.claude.com/docs/en/api/errors: an entry of a batch has only the error's type."""
UNPAID = {
    "expired": "Anthropic did not come to it within a day",
    "canceled": "the batch was canceled",
}


class AnthropicProvider(ApiProvider):
    """Implements StudyProvider and BatchProvider."""

    name = "anthropic"
    api = "Anthropic"

    def __init__(self, access: Access, pace: Pace = Pace()) -> None:  # noqa: B008  frozen
        super().__init__(access)
        self._batches = Batches[Reply | LecternError](self._create, self._look, pace)
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

    async def order(self, request: StudyRequest) -> Order:
        """See BatchProvider."""
        return await self._batches.order(request)

    async def collect(self, order: Order, request: StudyRequest) -> Draft | LecternError:
        """See BatchProvider. An entry that errored, expired or was canceled is not paid for."""
        outcome = await self._batches.outcome(order)
        if outcome is None:
            return TransientError("Anthropic does not know the batch any more.", code="anthropic_batch")
        if isinstance(outcome, LecternError):
            return outcome
        try:
            return self._draft(request, outcome, BATCH_SHARE)
        except Unreadable as error:
            return error

    async def _ask(self, request: StudyRequest) -> Reply:
        with self._translate_errors(request.model):
            message = await self._client.messages.create(**self._params(request, cached=True))
        if not isinstance(message, Message):  # pyright: ignore[reportUnnecessaryIsInstance] the SDK hands on any body
            raise TransientError("Anthropic sent something that is not an answer.", code="anthropic_garbled")
        return _reply(message)

    def _params(self, request: StudyRequest, *, cached: bool) -> MessageCreateParamsNonStreaming:
        """The transcript first and marked for the cache, the task last: all that is asked shares the prefix.

        In a batch the mark would cost: nobody knows which request is answered first, or when.
        """
        read: TextBlockParam = {"type": "text", "text": prompts.lecture(request)}
        if cached:
            read["cache_control"] = {"type": "ephemeral"}
        return {
            "model": request.model or self.model,
            "max_tokens": self._most_tokens(request),
            "system": prompts.instructions(request.task),
            "messages": [{"role": "user", "content": [read, {"type": "text", "text": prompts.task(request)}]}],
            "output_config": {"format": {"type": "json_schema", "schema": answer_schema(request.task)}},
        }

    async def _create(self, requests: Mapping[str, StudyRequest]) -> str:
        entries = [
            Request(custom_id=entry, params=self._params(request, cached=False)) for entry, request in requests.items()
        ]

        async def post() -> str:
            with self._translate_errors():
                return (await self._client.messages.batches.create(requests=entries)).id

        return await patiently(post, self._access.patience_s)

    async def _look(self, batch: str) -> Mapping[str, Reply | LecternError] | None:
        """None while it is worked on; no outcomes of a batch that was deleted, or whose results are (29 days)."""

        async def look() -> Mapping[str, Reply | LecternError] | None:
            with self._translate_errors():
                try:
                    found = await self._client.messages.batches.retrieve(batch)
                except anthropic.NotFoundError:
                    return {}
                if found.processing_status != "ended":
                    return None
                if found.results_url is None:
                    return {}
                lines = await self._client.get(f"/v1/messages/batches/{batch}/results", cast_to=str)
                return dict(map(self._outcome, filter(None, lines.split("\n"))))

        return await patiently(look, self._access.patience_s)

    def _outcome(self, line: str) -> tuple[str, Reply | LecternError]:
        """An entry of a batch and what became of it."""
        try:
            found = MessageBatchIndividualResponse.construct(**json.loads(line))
            return found.custom_id, self._became(found.result)
        except (ValueError, TypeError, AttributeError) as error:
            raise TransientError("Anthropic sent results that cannot be read.", code="anthropic_garbled") from error

    def _became(self, result: MessageBatchResult) -> Reply | LecternError:
        if result.type == "succeeded":
            return _reply(result.message)
        if result.type == "errored":
            said = result.error.error
            no_credit = said.type == "billing_error" or "credit balance" in said.message
            return self._verdict(Refusal(STATUSES.get(said.type, 500), said.message, {}, no_credit=no_credit), None)
        words = UNPAID.get(result.type, f"it ended as {result.type}")
        return TransientError(f"Anthropic wrote nothing: {words}.", code=f"anthropic_{result.type}")

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
