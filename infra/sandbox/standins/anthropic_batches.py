"""The Message Batches of the stand-in for Anthropic's API: entries are read when they are worked on, as in reality."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.standins.anthropic_body import Body
from infra.sandbox.standins.model_api import Fault, ModelApi, Strict, invalid

PATH = "/v1/messages/batches"
CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
Fate = Literal["canceled", "expired"] | Fault
"""What becomes of an entry instead of an answer; neither is paid for."""


class Entry(Strict):
    """One request of a batch."""

    custom_id: str
    params: dict[str, Any]


class BatchBody(Strict):
    """What `POST /v1/messages/batches` takes."""

    requests: Annotated[list[Entry], Field(min_length=1, max_length=100_000)]


@dataclass
class Batch:
    """Ends after so many more looks at it; `results` are made then, and are gone where it is `archived`."""

    id: str
    entries: list[Entry]
    looks: int
    results: list[dict[str, Any]] | None = None
    archived: bool = False


@dataclass
class BatchApi:
    """Scripted: a batch `takes` so many looks; `fates` are by the text that an entry's parameters hold.

    `made` are all batches, by id; take one out, and the API knows it no more. `broken` cuts results off.
    """

    api: ModelApi[Body]
    takes: int = 2
    fates: dict[str, Fate] = field(default_factory=dict[str, Fate])
    made: dict[str, Batch] = field(default_factory=dict[str, Batch])
    broken: bool = False

    def routes(self) -> list[Route]:
        """Create, look, results."""
        return [
            Route(PATH, self._create, methods=["POST"]),
            Route(f"{PATH}/{{batch}}", self._look, methods=["GET"]),
            Route(f"{PATH}/{{batch}}/results", self._results, methods=["GET"]),
        ]

    async def _create(self, request: Request) -> Response:
        self.api.calls += 1
        await asyncio.sleep(self.api.delay_s)
        if fault := self.api.bad_headers(request) or (self.api.faults.pop(0) if self.api.faults else None):
            return self.api.refuse(fault)
        try:
            entries = BatchBody.model_validate_json(await request.body()).requests
        except ValidationError as error:
            return self.api.refuse(invalid(str(error)))
        names = [entry.custom_id for entry in entries]
        if len(set(names)) < len(names) or not all(map(CUSTOM_ID.fullmatch, names)):
            return self.api.refuse(invalid("requests: custom_id must be unique and match ^[a-zA-Z0-9_-]{1,64}$"))
        batch = Batch(f"msgbatch_{next(self.api.ids)}", entries, self.takes)
        self.made[batch.id] = batch
        return JSONResponse(_described(batch))

    async def _look(self, request: Request) -> Response:
        batch = self.made.get(request.path_params["batch"])
        if fault := self.api.bad_headers(request) or _gone(batch):
            return self.api.refuse(fault)
        assert batch
        batch.looks -= 1
        if batch.looks <= 0 and batch.results is None:
            batch.results = [{"custom_id": each.custom_id, "result": self._worked_on(each)} for each in batch.entries]
        return JSONResponse(_described(batch))

    async def _results(self, request: Request) -> Response:
        batch = self.made.get(request.path_params["batch"])
        if fault := self.api.bad_headers(request) or _gone(batch):
            return self.api.refuse(fault)
        assert batch
        if batch.results is None or batch.archived:
            return self.api.refuse(invalid("the results of this batch are not available"))
        lines = "".join(json.dumps(each) + "\n" for each in reversed(batch.results))  # in any order, the API says
        return Response(lines[: len(lines) // 2] if self.broken else lines, media_type="application/x-jsonl")

    def _worked_on(self, entry: Entry) -> dict[str, Any]:
        raw = json.dumps(entry.params, ensure_ascii=False)
        fate = next((fate for words, fate in self.fates.items() if words in raw), None) or self._bad(raw)
        if isinstance(fate, Fault):
            return {"type": "errored", "error": self.api.envelope(fate)}
        if fate:
            return {"type": fate}
        self.api.requests.append(entry.params)
        answer = self.api.answer(self.api.read(raw.encode()))
        return {"type": "succeeded", "message": {**answer, "usage": {**_usage(answer), "service_tier": "batch"}}}

    def _bad(self, raw: str) -> Fault | None:
        try:
            return self.api.bad_body(self.api.read(raw.encode()))
        except ValidationError as error:
            return invalid(str(error))


def _usage(answer: Mapping[str, Any]) -> dict[str, Any]:
    return answer["usage"]


def _gone(batch: Batch | None) -> Fault | None:
    return None if batch else Fault(404, "not_found_error", "There is no such batch.")


def _described(batch: Batch) -> dict[str, Any]:
    now = datetime.now(UTC)
    ended = batch.results is not None
    kinds = [each["result"]["type"] for each in batch.results or ()]
    counts = {kind: kinds.count(kind) for kind in ("succeeded", "errored", "canceled", "expired")}
    return {
        "id": batch.id,
        "type": "message_batch",
        "processing_status": "ended" if ended else "in_progress",
        "request_counts": {"processing": 0 if ended else len(batch.entries), **counts},
        "created_at": now.isoformat(),
        "expires_at": (now + timedelta(days=1)).isoformat(),
        "ended_at": now.isoformat() if ended else None,
        "archived_at": now.isoformat() if batch.archived else None,
        "cancel_initiated_at": None,
        "results_url": f"https://elsewhere.example{PATH}/{batch.id}/results" if ended and not batch.archived else None,
    }
