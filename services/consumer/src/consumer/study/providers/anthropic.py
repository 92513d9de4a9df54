"""Study material by Claude. The one file that knows the Anthropic SDK."""

from typing import Literal

import anthropic
from anthropic.types import Message
from pydantic import SecretStr

from consumer.clients.retry import PATIENCE_S, REFUSED_RETRY_S, patiently, retry_after_s
from consumer.errors import EnvironmentFault, LecternError, TransientError
from consumer.models import Usage
from consumer.study import prompts
from consumer.study.answer import CUT, DECLINED, EMPTY, answer_schema, read_answer
from consumer.study.prices import Tokens, cost_usd, unpriced
from consumer.study.schema import Draft, StudyRequest

BASE_URL = "https://api.anthropic.com"
TIMEOUT_S = 240.0
CHECK_S = 10.0
MOST_TOKENS = 16_000
"""Of one answer, thinking included. Above about 21,000 the SDK insists on streaming."""
NO_CREDIT = frozenset({"contract_spend_limit_reached", "enforced_spend_limit_reached"})


class AnthropicProvider:
    """Implements StudyProvider."""

    name: Literal["anthropic"] = "anthropic"

    def __init__(
        self,
        *,
        key: SecretStr,
        model: str,
        base_url: str | None = None,
        patience_s: float = PATIENCE_S,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.model = model
        self.warnings = unpriced(model)
        self._patience_s = patience_s
        self._client = anthropic.AsyncAnthropic(
            api_key=key.get_secret_value(), base_url=base_url or BASE_URL, timeout=timeout_s, max_retries=0
        )

    async def write(self, request: StudyRequest) -> Draft:
        """Ask once, and again while the API asks for patience."""
        return self._draft(await patiently(lambda: self._ask(request), self._patience_s))

    async def check(self) -> tuple[str, ...]:
        """Models age: one that is retired raises EnvironmentFault, one that soon will be is a warning."""
        try:
            found = await self._client.models.retrieve(self.model, timeout=CHECK_S)
        except anthropic.AnthropicError as error:
            raise _verdict(error, self.model) from error
        if found.lifecycle == "retired":
            words = f"The model {self.model} is retired: set ANTHROPIC_MODEL to a current one."
            raise EnvironmentFault(words, code="anthropic_setup")
        if found.lifecycle == "deprecated":
            return (f"The model {self.model} will be retired: set ANTHROPIC_MODEL to a current one.",)
        return ()

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def _ask(self, request: StudyRequest) -> Message:
        """The transcript first and marked for the cache, the task last: cards and quiz share the prefix."""
        try:
            message = await self._client.messages.create(
                model=self.model,
                max_tokens=MOST_TOKENS,
                system=prompts.instructions(),
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
                output_config={"format": {"type": "json_schema", "schema": answer_schema()}},
            )
        except anthropic.AnthropicError as error:
            raise _verdict(error, self.model) from error
        if not isinstance(message, Message):  # pyright: ignore[reportUnnecessaryIsInstance] the SDK hands on any body
            raise TransientError("Anthropic sent something that is not an answer.", code="anthropic_garbled")
        return message

    def _draft(self, message: Message) -> Draft:
        answer = read_answer("".join(block.text for block in message.content if block.type == "text"))
        if not answer.readable and message.stop_reason != "refusal":
            words = f"{EMPTY} (it ended with {message.stop_reason})."
            raise TransientError(words, code="anthropic_empty", retry_after_s=REFUSED_RETRY_S)
        return Draft(
            cards=answer.cards,
            quiz=answer.quiz,
            usage=_usage(message, self.model),
            malformed=answer.malformed,
            warnings=_warnings(message),
        )


def _warnings(message: Message) -> tuple[str, ...]:
    match message.stop_reason:
        case "refusal":
            return (DECLINED,)
        case "max_tokens" | "model_context_window_exceeded":
            return (CUT,)
        case _:
            return ()


def _usage(message: Message, model: str) -> Usage:
    used = Tokens(
        input=message.usage.input_tokens,
        output=message.usage.output_tokens,
        cache_read=message.usage.cache_read_input_tokens or 0,
        cache_write=message.usage.cache_creation_input_tokens or 0,
    )
    return Usage(
        input_tokens=used.input + used.cache_write,
        output_tokens=used.output,
        cached_tokens=used.cache_read,
        cost_usd=cost_usd(model, used),
    )


def _verdict(error: anthropic.AnthropicError, model: str) -> LecternError:
    """The one door: what the SDK raised becomes what happens to the message."""
    if not isinstance(error, anthropic.APIStatusError):
        return TransientError(f"Anthropic cannot be reached: {error}", code="anthropic_unreachable")
    said = f"{error.api_message or error.message} (status {error.status_code})"
    if fault := _fault(error, model):
        return EnvironmentFault(f"{fault} Anthropic says: {said}", code="anthropic_setup")
    if _is_passing(error):
        wait_s = retry_after_s(error.response.headers)
        return TransientError(f"Anthropic is busy: {said}", code="anthropic_busy", retry_after_s=wait_s)
    return TransientError(
        f"Anthropic refused the request: {said}", code="anthropic_refused", retry_after_s=REFUSED_RETRY_S
    )


def _is_passing(error: anthropic.APIStatusError) -> bool:
    return error.status_code in {408, 409, 429} or error.status_code >= 500


def _fault(error: anthropic.APIStatusError, model: str) -> str | None:
    """What the operator has to mend, if it is that. Old accounts report an empty balance as a 400 with this text."""
    if error.status_code == 401:
        return "The key in ANTHROPIC_API_KEY is not accepted."
    if (
        error.status_code == 402
        or error.type == "billing_error"
        or error.error_code in NO_CREDIT
        or "credit balance" in str(error.api_message)
    ):
        return "The account of ANTHROPIC_API_KEY has no credit left."
    if error.status_code == 403 or error.error_code == "organization_on_hold":
        return f"The account of ANTHROPIC_API_KEY may not use the model {model} (ANTHROPIC_MODEL)."
    if error.status_code == 404:
        return f"There is no model {model}: set ANTHROPIC_MODEL to a current one."
    return None
