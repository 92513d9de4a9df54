"""Study material by GPT or a compatible server. The one file that knows the OpenAI SDK."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

import openai
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion
from openai.types.chat.completion_create_params import ResponseFormat

from consumer.errors import EnvironmentFault, TransientError
from consumer.study import prompts
from consumer.study.answer import answer_schema
from consumer.study.cost.prices import Tokens
from consumer.study.providers.api import CHECK_S, Access, ApiProvider, Refusal, Reply
from consumer.study.providers.registry import OPENAI_URL
from consumer.study.schema import StudyRequest, Task

NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""An empty balance is a 429 that no waiting helps."""
LESSER = {"max_completion_tokens": "max_tokens", "max_tokens": None, "json_schema": "json_object", "json_object": None}
"""What older and smaller servers have instead."""


@dataclass(frozen=True)
class Dialect:
    """What the server understands: how an answer is bounded, and how its form is asked for; None for not at all."""

    limit: str | None = "max_completion_tokens"
    format: str | None = "json_schema"

    def without(self, refusal: str) -> "Dialect | None":
        """The dialect without what a refusal names; None where it names nothing that was used."""
        if self.limit and self.limit in refusal:
            return replace(self, limit=LESSER[self.limit])
        if self.format and ("response_format" in refusal or self.format in refusal):
            return replace(self, format=LESSER[self.format])
        return None


class OpenAIProvider(ApiProvider):
    """Implements StudyProvider."""

    name = "openai"
    api = "The OpenAI API"

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self._knows = Dialect()
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
        with self._translate_errors(request.model):
            return _reply(await self._ask_politely(request))

    async def _ask_politely(self, request: StudyRequest) -> ChatCompletion:
        """A compatible server that refuses a parameter is asked without it, from then on."""
        while True:
            known = self._knows
            try:
                return await self._complete(request, known)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if (lesser := known.without(f"{error.param} {error.message} {error.body}")) is None:
                    raise
                self._knows = lesser

    async def _complete(self, request: StudyRequest, known: Dialect) -> ChatCompletion:
        """The transcript first, the task last: all that is asked about it shares the prefix that the server caches."""
        most = self._most_tokens(request)
        completion = await self._client.chat.completions.create(
            model=request.model or self.model,
            max_completion_tokens=most if known.limit == "max_completion_tokens" else openai.omit,
            max_tokens=most if known.limit == "max_tokens" else openai.omit,
            messages=[
                {"role": "system", "content": prompts.instructions(request.task)},
                {"role": "user", "content": prompts.lecture(request)},
                {"role": "user", "content": prompts.task(request)},
            ],
            response_format=_format(known, request.task),
        )
        if not isinstance(completion, ChatCompletion) or not completion.choices:  # pyright: ignore[reportUnnecessaryIsInstance] the SDK hands on any body
            raise TransientError(f"{self.model} sent an answer without content.", code="openai_empty")
        return completion

    @contextmanager
    def _translate_errors(self, judge: str | None = None) -> Generator[None]:
        """Around each call: the SDK's exceptions become ours here and nowhere else."""
        try:
            yield
        except openai.APIStatusError as error:
            raise self._verdict(_refusal(error), judge) from error
        except openai.OpenAIError as error:
            raise self._unreachable(error) from error


def _format(known: Dialect, task: Task) -> ResponseFormat | openai.Omit:
    if known.format == "json_schema":
        named = {"name": "study_material", "schema": answer_schema(task), "strict": True}
        return cast("ResponseFormat", {"type": "json_schema", "json_schema": named})
    return {"type": "json_object"} if known.format == "json_object" else openai.omit


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
