"""Study material by GPT or a compatible server. The one file that knows the OpenAI SDK."""

from typing import Literal

import openai
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion
from openai.types.chat.completion_create_params import ResponseFormat
from pydantic import SecretStr

from consumer.clients.retry import PATIENCE_S, REFUSED_RETRY_S, patiently, retry_after_s
from consumer.errors import EnvironmentFault, LecternError, TransientError
from consumer.models import Usage
from consumer.study import prompts
from consumer.study.answer import CUT, DECLINED, EMPTY, answer_schema, read_answer
from consumer.study.prices import Tokens, cost_usd, unpriced
from consumer.study.schema import Draft, StudyRequest

BASE_URL = "https://api.openai.com/v1"
TIMEOUT_S = 240.0
CHECK_S = 10.0
MOST_TOKENS = 16_000
"""Of one answer, reasoning included."""


class OpenAIProvider:
    """Implements StudyProvider."""

    name: Literal["openai"] = "openai"

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
        self._knows_schemas = True
        self._is_openai = base_url in (None, BASE_URL)
        self._client = openai.AsyncOpenAI(
            api_key=key.get_secret_value(), base_url=base_url or BASE_URL, timeout=timeout_s, max_retries=0
        )

    async def write(self, request: StudyRequest) -> Draft:
        """Ask once, and again while the API asks for patience."""
        return self._draft(await patiently(lambda: self._ask(request), self._patience_s))

    async def check(self) -> tuple[str, ...]:
        """A model that OpenAI does not know raises EnvironmentFault; compatible servers need not list theirs."""
        try:
            await self._client.models.retrieve(self.model, timeout=CHECK_S)
        except openai.OpenAIError as error:
            if self._is_openai or not isinstance(error, openai.NotFoundError):
                raise _verdict(error, self.model) from error
            return (f"{self._client.base_url} does not list the model {self.model}: the first request will tell.",)
        return ()

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def _ask(self, request: StudyRequest) -> ChatCompletion:
        try:
            return await self._ask_in_format(request)
        except openai.OpenAIError as error:
            raise _verdict(error, self.model) from error

    async def _ask_in_format(self, request: StudyRequest) -> ChatCompletion:
        """A compatible server that knows no schemas is asked for plain JSON, from then on."""
        try:
            return await self._complete(request, _strict() if self._knows_schemas else {"type": "json_object"})
        except openai.BadRequestError as error:
            if not self._knows_schemas or "response_format" not in f"{error.param} {error.message}":
                raise
        self._knows_schemas = False
        return await self._complete(request, {"type": "json_object"})

    async def _complete(self, request: StudyRequest, answer: ResponseFormat) -> ChatCompletion:
        """The transcript first, the task last: cards and quiz share the prefix that the server caches."""
        completion = await self._client.chat.completions.create(
            model=self.model,
            max_completion_tokens=MOST_TOKENS,
            messages=[
                {"role": "system", "content": prompts.instructions()},
                {"role": "user", "content": prompts.lecture(request)},
                {"role": "user", "content": prompts.task(request)},
            ],
            response_format=answer,
        )
        if not isinstance(completion, ChatCompletion) or not completion.choices:  # pyright: ignore[reportUnnecessaryIsInstance] the SDK hands on any body
            raise TransientError(f"{self.model} sent an answer without content.", code="openai_empty")
        return completion

    def _draft(self, completion: ChatCompletion) -> Draft:
        choice = completion.choices[0]
        answer = read_answer(choice.message.content or "")
        declined = bool(choice.message.refusal) or choice.finish_reason == "content_filter"
        cut = choice.finish_reason == "length"
        if not answer.readable and not declined:
            words = f"{EMPTY} (it ended with {choice.finish_reason})."
            raise TransientError(words, code="openai_empty", retry_after_s=REFUSED_RETRY_S)
        return Draft(
            cards=answer.cards,
            quiz=answer.quiz,
            usage=_usage(completion.usage, self.model),
            malformed=answer.malformed,
            warnings=(DECLINED,) * declined + (CUT,) * cut,
        )


def _strict() -> ResponseFormat:
    return {
        "type": "json_schema",
        "json_schema": {"name": "study_material", "schema": answer_schema(), "strict": True},
    }


def _usage(counted: CompletionUsage | None, model: str) -> Usage:
    """The prompt's tokens include what was read from and written to the cache; some servers count nothing at all."""
    if counted is None:
        return Usage()
    details = counted.prompt_tokens_details
    cached = (details.cached_tokens if details else None) or 0
    written = (details.cache_write_tokens if details else None) or 0
    plain = max(counted.prompt_tokens - cached - written, 0)
    used = Tokens(input=plain, output=counted.completion_tokens, cache_read=cached, cache_write=written)
    return Usage(
        input_tokens=plain + written,
        output_tokens=used.output,
        cached_tokens=cached,
        cost_usd=cost_usd(model, used),
    )


def _verdict(error: openai.OpenAIError, model: str) -> LecternError:
    """The one door: what the SDK raised becomes what happens to the message."""
    if not isinstance(error, openai.APIStatusError):
        return TransientError(f"The OpenAI API cannot be reached: {error}", code="openai_unreachable")
    said = error.message
    if fault := _fault(error, model):
        return EnvironmentFault(f"{fault} The API says: {said}", code="openai_setup")
    if error.status_code in {408, 409, 429} or error.status_code >= 500:
        wait_s = retry_after_s(error.response.headers)
        return TransientError(f"The OpenAI API is busy: {said}", code="openai_busy", retry_after_s=wait_s)
    return TransientError(
        f"The OpenAI API refused the request: {said}", code="openai_refused", retry_after_s=REFUSED_RETRY_S
    )


def _fault(error: openai.APIStatusError, model: str) -> str | None:
    """What the operator has to mend, if it is that. An empty balance is a 429 that no waiting helps."""
    if error.status_code == 401:
        return "The key in OPENAI_API_KEY is not accepted."
    if error.status_code == 402 or error.code in {"insufficient_quota", "billing_hard_limit_reached"}:
        return "The account of OPENAI_API_KEY has no credit left."
    if error.status_code == 403:
        return f"The account of OPENAI_API_KEY may not use the model {model} (OPENAI_MODEL)."
    if error.status_code == 404:
        return f"There is no model {model} there: check OPENAI_MODEL and OPENAI_BASE_URL."
    return None
