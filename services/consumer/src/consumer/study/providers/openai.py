"""Study material by GPT or a compatible server. The one file that knows the OpenAI SDK."""

from collections.abc import Generator
from contextlib import contextmanager

import openai
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion
from openai.types.chat.completion_create_params import ResponseFormat

from consumer.errors import EnvironmentFault, TransientError
from consumer.study import prompts
from consumer.study.answer import answer_schema
from consumer.study.prices import Tokens
from consumer.study.providers.api import CHECK_S, MOST_TOKENS, Access, ApiProvider, Refusal, Reply
from consumer.study.providers.registry import OPENAI_URL
from consumer.study.schema import StudyRequest

NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""An empty balance is a 429 that no waiting helps."""


class OpenAIProvider(ApiProvider):
    """Implements StudyProvider."""

    name = "openai"
    api = "The OpenAI API"

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self._knows_schemas = True
        self._client = openai.AsyncOpenAI(
            api_key=access.key.get_secret_value(), base_url=access.base_url, timeout=access.timeout_s, max_retries=0
        )

    async def check(self) -> tuple[str, ...]:
        """A model that OpenAI does not know raises EnvironmentFault; compatible servers need not list theirs."""
        try:
            with self._translate_errors():
                await self._client.models.retrieve(self.model, timeout=CHECK_S)
        except EnvironmentFault as error:
            if self._access.base_url == OPENAI_URL or not isinstance(error.__cause__, openai.NotFoundError):
                raise
            return (f"{self._client.base_url} does not list the model {self.model}: the first request will tell.",)
        return ()

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def _ask(self, request: StudyRequest) -> Reply:
        with self._translate_errors():
            return _reply(await self._ask_in_format(request))

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

    @contextmanager
    def _translate_errors(self) -> Generator[None]:
        """Around each call: the SDK's exceptions become ours here and nowhere else."""
        try:
            yield
        except openai.APIStatusError as error:
            raise self._verdict(_refusal(error)) from error
        except openai.OpenAIError as error:
            raise self._unreachable(error) from error


def _strict() -> ResponseFormat:
    return {
        "type": "json_schema",
        "json_schema": {"name": "study_material", "schema": answer_schema(), "strict": True},
    }


def _reply(completion: ChatCompletion) -> Reply:
    choice = completion.choices[0]
    return Reply(
        text=choice.message.content or "",
        ended=choice.finish_reason,
        declined=bool(choice.message.refusal) or choice.finish_reason == "content_filter",
        cut_off=choice.finish_reason == "length",
        used=_tokens(completion.usage),
    )


def _tokens(counted: CompletionUsage | None) -> Tokens:
    """The prompt's tokens include what was read from and written to the cache; some servers count nothing at all."""
    if counted is None:
        return Tokens()
    details = counted.prompt_tokens_details
    cached = (details.cached_tokens if details else None) or 0
    written = (details.cache_write_tokens if details else None) or 0
    plain = max(counted.prompt_tokens - cached - written, 0)
    return Tokens(input=plain, output=counted.completion_tokens, cache_read=cached, cache_write=written)


def _refusal(error: openai.APIStatusError) -> Refusal:
    return Refusal(
        status=error.status_code,
        said=error.message,
        headers=error.response.headers,
        no_credit=error.code in NO_CREDIT,
    )
