"""What the stand-ins for language models' APIs share: a real server, scripted, that reads each request strictly."""

import asyncio
import itertools
import json
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.standins.notes import write_notes
from infra.sandbox.standins.serving import serving

ASKER = "x-asker"
"""The header by which a stand-in tells its clients apart, where a test has them send it."""
NAMED = {"request-id": "req_standin", "x-request-id": "req_standin"}


class Strict(BaseModel):
    """Unknown fields are an error, as they are for the real APIs."""

    model_config = ConfigDict(extra="forbid")


BodyT = TypeVar("BodyT", bound=Strict)


@dataclass(frozen=True)
class Fault:
    """What happens to one request instead of an answer; each API has an envelope of its own for it."""

    status: int
    kind: str
    message: str
    code: str | None = None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Asking:
    """A request that was answered and costs money: whose it was, and when it came and was answered (Unix time).

    `was_left` says that its client had gone by then.
    """

    body: dict[str, Any]
    asker: str
    came_at: float
    answered_at: float
    was_left: bool


@dataclass
class ModelApi(ABC, Generic[BodyT]):
    """Scripted: `faults` are used up one a request, then `write` answers, for `delay_s`, cut off after so many letters.

    A body of more than `context_tokens` is refused. `requests` holds the accepted bodies, `askings` says more of those
    that came one by one, `calls` counts all.
    """

    path: ClassVar[str]
    version: ClassVar[str] = ""
    """What a client's base URL ends with."""

    write: Callable[[str], str] = write_notes
    faults: list[Fault] = field(default_factory=list[Fault])
    cut_after: int | None = None
    context_tokens: int | None = None
    delay_s: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    askings: list[Asking] = field(default_factory=list[Asking])
    calls: int = 0
    ids: "itertools.count[int]" = field(default_factory=itertools.count)

    @abstractmethod
    def read(self, raw: bytes) -> BodyT:
        """The request's body. Raises ValidationError."""

    @abstractmethod
    def bad_headers(self, request: Request) -> Fault | None:
        """What is wrong with a request before its body is read."""

    @abstractmethod
    def bad_body(self, body: BodyT) -> Fault | None:
        """What is wrong with a body of the right shape."""

    @abstractmethod
    def answer(self, body: BodyT) -> dict[str, object]:
        """The answer's JSON."""

    @abstractmethod
    def describe(self, model: str) -> dict[str, object] | Fault:
        """What the API says of a model."""

    @abstractmethod
    def envelope(self, fault: Fault) -> dict[str, object]:
        """A fault's JSON."""

    def app(self) -> Starlette:
        """The routes."""
        ask = Route(self.path, self._ask, methods=["POST"])
        return Starlette(routes=[ask, Route("/v1/models/{model}", self._model, methods=["GET"])])

    async def _ask(self, request: Request) -> Response:
        self.calls += 1
        came_at, raw = time.time(), await request.body()
        await asyncio.sleep(self.delay_s)
        if fault := self.bad_headers(request) or (self.faults.pop(0) if self.faults else None):
            return self.refuse(fault)
        try:
            body = self.read(raw)
        except ValidationError as error:
            return self.refuse(invalid(str(error)))
        if fault := self.bad_body(body):
            return self.refuse(fault)
        asked, asker, was_left = json.loads(raw), request.headers.get(ASKER, ""), await request.is_disconnected()
        self.requests.append(asked)
        self.askings.append(Asking(asked, asker, came_at, time.time(), was_left))
        return JSONResponse(self.answer(body), headers=NAMED)

    async def _model(self, request: Request) -> Response:
        found = self.bad_headers(request) or self.describe(request.path_params["model"])
        return self.refuse(found) if isinstance(found, Fault) else JSONResponse(found)

    def refuse(self, fault: Fault) -> Response:
        """The fault as this API answers it."""
        return JSONResponse(self.envelope(fault), fault.status, headers={**NAMED, **fault.headers})


def invalid(message: str, param: str | None = None) -> Fault:
    """A request that is refused as it is."""
    return Fault(400, "invalid_request_error", message, param=param)


@asynccontextmanager
async def model_api(standin: ModelApi[Any], port: int = 0) -> AsyncGenerator[str]:
    """The base URL for a client while the stand-in runs; port 0 takes a free one."""
    async with serving(standin.app(), port) as url:
        yield f"{url}{standin.version}"


async def serve_for_ever(standin: ModelApi[Any], port: int, variables: str) -> None:
    """Until killed; `variables` with the address for `{url}` is printed."""
    async with model_api(standin, port) as url:
        print(variables.format(url=url), flush=True)
        await asyncio.Event().wait()
