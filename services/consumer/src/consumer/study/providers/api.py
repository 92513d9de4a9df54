"""What providers behind an HTTP API share: how they are reached, asked again, read, and what a refusal means."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from consumer.clients.retry import PATIENCE_S, patiently, retry_after_s
from consumer.errors import EnvironmentFault, LecternError, TransientError
from consumer.material import Usage
from consumer.study.answer import read_answer
from consumer.study.cost.prices import Price, Tokens, cost_usd, unpriced
from consumer.study.providers.refusals import Refused, TooLong, Unreadable
from consumer.study.schema import Draft, StudyRequest

TIMEOUT_S = 240.0
CHECK_S = 10.0
MOST_TOKENS = 16_000
"""Of one answer, thinking included. Above about 21,000 Anthropic's SDK insists on streaming."""
EMPTY = "The answer of the model holds no note that can be used"
CUT = "An answer of the model was cut off at its length limit; the whole notes in it were kept."
DECLINED = "The model declined to write about a part of this lecture."
UNREADABLE = "An answer of the model could not be read and was left out."
NEEDED = frozenset({"cards", "quiz"})
"""Tasks without whose answer there is nothing; the others' is left out where it cannot be read."""
FULL = re.compile(
    r"context[_ -]?(length|window|size)|prompt is too long|too many tokens|maximum context|exceeds? .{0,40}context",
    re.IGNORECASE,
)
"""How servers say that a request does not fit: OpenAI, vLLM, llama.cpp, LM Studio, Anthropic."""
LIMIT = re.compile(
    r"(?:context (?:length|window|size)|n_ctx)\D{0,24}(?P<first>\d{3,})|> (?P<second>\d{3,}) maximum", re.IGNORECASE
)


@dataclass(frozen=True)
class Access:
    """How a model is reached. `patience_s` bounds the waiting for one answer, `timeout_s` one request."""

    key: SecretStr
    model: str
    base_url: str
    prices: Mapping[str, Price] = field(default_factory=dict[str, Price])
    patience_s: float = PATIENCE_S
    timeout_s: float = TIMEOUT_S


@dataclass(frozen=True)
class Reply:
    """A model's answer, whatever its SDK calls the parts; `ended` is the API's own word for why it stopped."""

    text: str
    ended: str | None
    declined: bool
    cut_off: bool
    used: Tokens


@dataclass(frozen=True)
class Refusal:
    """An answer with an error status; `no_credit` and `not_allowed` where the API says so by other means."""

    status: int
    said: str
    headers: Mapping[str, str]
    no_credit: bool = False
    not_allowed: bool = False


class ApiProvider(ABC):
    """Implements StudyProvider but for what one SDK's file says: how to ask, and what its reply and errors mean.

    `name` is the provider's in the registry, and in its settings and error codes; `api` what sentences call it.
    """

    name: str
    api: str

    def __init__(self, access: Access) -> None:
        self.model = access.model
        self.warnings = unpriced(access.model, access.prices)
        self._access = access

    @abstractmethod
    async def check(self) -> tuple[str, ...]:
        """See StudyProvider."""

    @abstractmethod
    async def close(self) -> None:
        """Give back the connections."""

    @abstractmethod
    async def _ask(self, request: StudyRequest) -> Reply:
        """One request. Raises TransientError or EnvironmentFault."""

    async def write(self, request: StudyRequest) -> Draft:
        """Ask once, and again while the API asks for patience. Raises TransientError or EnvironmentFault.

        An answer to a task that needs one, of which nothing can be used, raises Unreadable.
        """
        return self._draft(request, await patiently(lambda: self._ask(request), self._access.patience_s))

    def _draft(self, request: StudyRequest, reply: Reply, share: float = 1.0) -> Draft:
        """What was answered; it has cost `share` of the list price. Raises Unreadable."""
        answer = read_answer(reply.text)
        usage = self._usage(request.model or self.model, reply.used, share)
        is_lost = not answer.readable and not reply.declined
        if is_lost and request.task in NEEDED:
            raise Unreadable(f"{EMPTY} (it ended with {reply.ended}).", code=f"{self.name}_empty", usage=usage)
        said = {DECLINED: reply.declined, CUT: reply.cut_off and not is_lost, UNREADABLE: is_lost}
        return Draft(
            cards=answer.cards,
            quiz=answer.quiz,
            usage=usage,
            malformed=answer.malformed,
            warnings=tuple(words for words, is_so in said.items() if is_so),
            outline=answer.outline,
            verdicts=answer.verdicts,
        )

    def _most_tokens(self, request: StudyRequest) -> int:
        """Of the answer."""
        return min(MOST_TOKENS, request.room_tokens or MOST_TOKENS)

    def _usage(self, model: str, used: Tokens, share: float) -> Usage:
        return Usage(
            input_tokens=used.input + used.cache_write,
            output_tokens=used.output,
            cached_tokens=used.cache_read,
            cost_usd=cost_usd(self._access.prices.get(model), used) * share,
        )

    def _unreachable(self, error: Exception) -> TransientError:
        return TransientError(f"{self.api} cannot be reached: {error}", code=f"{self.name}_unreachable")

    def _verdict(self, refusal: Refusal, judge: str | None) -> LecternError:
        """What a refusal means for the message; `judge` is the model that was asked, where it is not the usual one."""
        if fault := self._fault(refusal, judge):
            return EnvironmentFault(f"{fault} {self.api} says: {refusal.said}", code=f"{self.name}_setup")
        if refusal.status == 413 or (refusal.status in {400, 422, 500} and FULL.search(refusal.said)):
            told = LIMIT.search(refusal.said)
            limit = int(told["first"] or told["second"]) if told else None
            words = f"{self.api} cannot read so much at once: {refusal.said}"
            return TooLong(words, code=f"{self.name}_too_long", limit_tokens=limit)
        if refusal.status in {408, 409, 429} or refusal.status >= 500:
            wait_s = retry_after_s(refusal.headers)
            return TransientError(f"{self.api} is busy: {refusal.said}", code=f"{self.name}_busy", retry_after_s=wait_s)
        words = f"{self.api} refused the request: {refusal.said}"
        return Refused(words, code=f"{self.name}_refused")

    def _fault(self, refusal: Refusal, judge: str | None) -> str | None:
        """What the operator has to mend, if it is that."""
        setting = self.name.upper()
        model, named = (judge, "STUDY_JUDGE_MODEL") if judge else (self.model, f"{setting}_MODEL")
        if refusal.status == 401:
            return f"The key in {setting}_API_KEY is not accepted."
        if refusal.status == 402 or refusal.no_credit:
            return f"The account of {setting}_API_KEY has no credit left."
        if refusal.status == 403 or refusal.not_allowed:
            return f"The account of {setting}_API_KEY may not use the model {model} ({named})."
        if refusal.status == 404:
            return f"There is no model {model}: set {named} to a current one, or check {setting}_BASE_URL."
        return None
