"""The transcriber's client: one upload, a stream of events. The one file that knows httpx."""

import json
import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import httpx
from pydantic import SecretStr

from consumer import trace
from consumer.errors import Dependency, EnvironmentFault, LecternError, TransientError, VideoError, attributed

CONNECT_S = 5.0
EVENT_S = 300.0  # without an event
OURS = {401, 403, 404, 405}  # a wrong key or address: every video would get it
FILES_FAULT = {400, 413, 415, 422}
DEFAULT_RETRY_S = 30.0


@dataclass(frozen=True)
class Load:
    """What a transcriber that is ready has to do: seconds until it is done with it, and the requests inside."""

    predicted_wait_s: float
    requests: int


class TranscriberClient:
    """One transcriber; use as `async with`. `events` sends one file.

    `host` is its name where `base_url` has a number. `taken` are the places that we have there, `accepted` those whose
    file has arrived.
    """

    def __init__(self, base_url: str, api_key: SecretStr | None = None, *, host: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {api_key.get_secret_value()}"} if api_key else {}
        if host:
            headers["Host"] = host
        self.taken = self.accepted = 0
        timeout = httpx.Timeout(EVENT_S, connect=CONNECT_S)
        self.base_url = base_url.rstrip("/")
        self._client = httpx.AsyncClient(base_url=self.base_url, headers=headers, timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.aclose()

    async def events(self, audio: Path, fields: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
        """The stream's events for one file, until done. Raises VideoError, TransientError or EnvironmentFault."""
        with audio.open("rb") as file:
            async with self._translate_errors():
                upload = {"file": ("audio.mp3", file, "audio/mpeg")}
                request = self._client.build_request(
                    "POST", "/transcribe", data={**fields, "format": "ndjson"}, files=upload, headers=trace.headers()
                )
                response = await self._client.send(request, stream=True)
            self.accepted += 1
            try:
                async with self._translate_errors():
                    if response.status_code != 200:
                        raise refused(response.status_code, await response.aread(), response.headers.get("retry-after"))
                    async for line in response.aiter_lines():
                        yield _event(line)
            finally:
                self.accepted -= 1
                await response.aclose()

    async def check(self) -> dict[str, Any]:
        """What /health/ready says, `model` and `device` among it.

        Raises EnvironmentFault where no transcriber answers or our key is wrong, TransientError while it loads.
        """
        with attributed(Dependency.TRANSCRIBER):
            async with self._translate_errors():
                ready = await self._client.get("/health/ready", timeout=CONNECT_S)
                keyed = await self._client.get("/v1/models", timeout=CONNECT_S)  # the cheapest thing that wants the key
            for response in (ready, keyed):
                if response.status_code in OURS:
                    raise refused(response.status_code, response.content, None)
            return self._described(ready)

    async def load(self) -> Load:
        """How much it has to do; one that does not say has no use for more than a few. Raises as `check` does."""
        with attributed(Dependency.TRANSCRIBER):
            async with self._translate_errors():
                ready = await self._client.get("/health/ready", timeout=CONNECT_S)
            if ready.status_code in OURS:
                raise refused(ready.status_code, ready.content, None)
            said = self._described(ready)
        wait_s, requests = said.get("predicted_wait_s"), said.get("requests")
        return Load(
            predicted_wait_s=wait_s if isinstance(wait_s, float | int) else math.inf,
            requests=requests if isinstance(requests, int) else 0,
        )

    async def model(self) -> str:
        """The name of the model that is loaded. Raises as `check` does."""
        return str((await self.check())["model"])

    def _described(self, ready: httpx.Response) -> dict[str, Any]:
        if ready.status_code != 200:
            raise TransientError(f"the transcriber at {self.base_url} is not ready: {ready.text[:200]}")
        try:
            said = ready.json()
        except ValueError:
            said = None
        if not isinstance(said, dict) or not {"model", "device"} <= said.keys():
            words = f"what answers at {self.base_url} is no transcriber: check TRANSCRIBER_URL"
            raise EnvironmentFault(words, code="transcriber_refused")
        return cast("dict[str, Any]", said)

    @asynccontextmanager
    async def _translate_errors(self) -> AsyncGenerator[None]:
        """Around each call: httpx's exceptions become ours here and nowhere else."""
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            said = str(error) or type(error).__name__
            where = f"{self.base_url} (TRANSCRIBER_URL)"
            raise EnvironmentFault(
                f"the transcriber at {where} cannot be reached: {said}", code="transcriber_unreachable"
            ) from error
        except httpx.HTTPError as error:
            raise TransientError(
                f"the transcriber broke off: {error or type(error).__name__}", code="transcriber"
            ) from error


def refused(status: int, body: bytes, retry_after: str | None) -> LecternError:
    """The verdict for an answer that is no transcript."""
    detail = _detail(body)
    if status in OURS:
        setting = "TRANSCRIBER_API_KEY" if status in {401, 403} else "TRANSCRIBER_URL"
        words = f"the transcriber refused us with {status}: {detail} (check {setting})"
        return EnvironmentFault(words, code="transcriber_refused")
    if status in FILES_FAULT:
        return VideoError(detail, code="not_transcribable")
    seconds = float(retry_after) if retry_after and retry_after.isdigit() else DEFAULT_RETRY_S
    return TransientError(f"the transcriber answered {status}: {detail}", code="transcriber", retry_after_s=seconds)


def _detail(body: bytes) -> str:
    try:
        found = json.loads(body)
    except ValueError:
        return body[:200].decode("utf-8", "replace") or "no reason given"
    return str(cast("dict[str, Any]", found).get("detail", found)) if isinstance(found, dict) else str(found)


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        raise TransientError(
            f"the transcriber sent something that is no event: {line[:80]!r}", code="transcriber"
        ) from None
    if not isinstance(event, dict) or "event" not in event:
        raise TransientError(f"the transcriber sent something that is no event: {line[:80]!r}", code="transcriber")
    return cast("dict[str, Any]", event)
