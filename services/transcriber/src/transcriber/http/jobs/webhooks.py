"""Whoever sent a job is told of its end: signed, a bounded number of times, never at a private address.

Headers and signature are those of https://www.standardwebhooks.com, for which there are libraries in most languages.
"""

import asyncio
import base64
import hashlib
import hmac
import ssl
import time
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import httpx2
import structlog

from transcriber.errors import ConfigError
from transcriber.http.jobs.addresses import HTTPS, IsAllowed, NoAddress, Target, is_public, resolved, target
from transcriber.metrics.prometheus import Metrics
from transcriber.schemas import JobView, WebhookEvent
from transcriber.settings import Settings, split

log = structlog.get_logger()
WAITS_S = (1.0, 5.0, 25.0, 125.0)  # before the second try and those after it
TIMEOUT_S = 10.0
AT_ONCE = 8
MOST_WAITING = 1000
GONE = 410  # the receiver wants no more


class Webhooks:
    """Sends in the background. `is_allowed` decides about addresses, `waits_s` lie between the tries, `verify` is what
    httpx takes.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.is_allowed: IsAllowed = is_public
        self.waits_s: Sequence[float] = WAITS_S
        self.verify: bool | ssl.SSLContext = True
        self._hosts = split(settings.webhook_hosts)
        self._secret = _secret(settings.webhook_secret.get_secret_value()) if settings.webhook_secret else b""
        self._outlives = bool(settings.result_dir)  # jobs do this process, and so does what their clients were not told
        self._metrics = metrics
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._hurry = asyncio.Event()
        self._sending = set[asyncio.Task[None]]()

    def check(self, url: str) -> None:
        """Raises BadOption for an address that would not be called."""
        target(url, self._hosts)

    def tell(self, url: str, view: JobView, settled: Callable[[], None]) -> None:
        """Send the end of a job to an address that was checked; where very many wait already, it is given up.

        `settled` is called once it was told or given up, and not where this process ends before. Raises BadOption for
        an address that is not called.
        """
        where = target(url, self._hosts)
        if len(self._sending) >= MOST_WAITING:
            self._given_up(where, "too many webhooks wait")
            settled()
            return
        kind = "job.failed" if view.problem else "job.done"
        event = WebhookEvent(type=kind, timestamp=datetime.now(UTC), data=view)
        body = event.model_dump_json(exclude={"data": {"result"}}).encode()
        sending = asyncio.create_task(self._send(where, _identifier(view.id), body, settled))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        """What waits for another try has it now: the last of this process."""
        self._hurry.set()
        if self._sending:
            await asyncio.wait(set(self._sending), timeout=TIMEOUT_S)
        for sending in self._sending:
            sending.cancel()

    async def _send(self, where: Target, identifier: str, body: bytes, settled: Callable[[], None]) -> None:
        said, last = "", False
        for wait_s in (0.0, *self.waits_s):
            await _slept(wait_s, self._hurry)
            last = self._hurry.is_set()
            async with self._at_once:
                said = await self._tried(where, identifier, body)
            if not said:
                self._metrics.webhook("told")
                settled()
                return
            if last or said == str(GONE):
                break
        if last and said != str(GONE) and self._outlives:
            log.info("webhook.postponed", host=where.host, why=said)
            return
        self._given_up(where, said)
        settled()

    async def _tried(self, where: Target, identifier: str, body: bytes) -> str:
        """What went wrong; empty if nothing did."""
        headers = {"Host": _authority(where), **self._signed(identifier, body)}
        said = ""
        try:
            addresses = await resolved(where, self.is_allowed)
            async with httpx2.AsyncClient(verify=self.verify, trust_env=False, timeout=TIMEOUT_S) as client:
                for address in addresses:
                    try:
                        return await _posted(client, address, where, headers, body)
                    except httpx2.ConnectError as error:
                        said = type(error).__name__
        except NoAddress as error:
            return str(error)
        except (httpx2.HTTPError, TimeoutError) as error:
            return type(error).__name__  # its text may have the address, and that a secret
        return said

    def _signed(self, identifier: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        signed = hmac.new(self._secret, f"{identifier}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "User-Agent": "lectern-transcriber",
            "webhook-id": identifier,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
        }

    def _given_up(self, where: Target, why: str) -> None:
        self._metrics.webhook("given_up")
        log.warning("webhook.given_up", host=where.host, why=why)


async def _posted(client: httpx2.AsyncClient, address: str, where: Target, headers: dict[str, str], body: bytes) -> str:
    """The status if it is no good one; the answer's body is not read."""
    url = f"https://{f'[{address}]' if ':' in address else address}:{where.port}{where.path}"
    extensions = {"sni_hostname": where.host}  # which is also the name that the certificate must have
    async with (
        asyncio.timeout(TIMEOUT_S),
        client.stream("POST", url, content=body, headers=headers, extensions=extensions) as answer,
    ):
        return "" if answer.is_success else str(answer.status_code)


def _identifier(job_id: str) -> str:
    """The same from every process, so that a receiver knows what it was told before; a job's own id is a secret."""
    return f"msg_{hashlib.sha256(job_id.encode()).hexdigest()[:24]}"


def _secret(value: str) -> bytes:
    """The key's bytes: after `whsec_` they are in base64, as the standard has it. Raises ConfigError."""
    if value.startswith("whsec_"):
        try:
            return base64.b64decode(value.removeprefix("whsec_"), validate=True)
        except NotBase64:
            raise ConfigError("WEBHOOK_SECRET: after whsec_ there must be base64") from None
    return value.encode()


def _authority(where: Target) -> str:
    return where.host if where.port == HTTPS else f"{where.host}:{where.port}"


async def _slept(seconds: float, hurry: asyncio.Event) -> None:
    waiting = asyncio.create_task(hurry.wait())
    await asyncio.wait({waiting}, timeout=seconds)
    waiting.cancel()
