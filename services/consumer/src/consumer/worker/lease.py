"""The lease: SQS's hold on the message and the row's token, kept alive together and lost together."""

import asyncio
import time
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

import structlog

from consumer.errors import LeaseLost, LecternError
from consumer.models import Stage, Status

log = structlog.get_logger()
TICK_S = 1.0  # how often progress is written; a new status at once
BEATS_A_LEASE = 3
MARGIN = 0.8  # of the lease without a good beat, and it counts as lost

SHARES: dict[Stage, tuple[Status, float, float]] = {
    "download": (Status.DOWNLOADING, 0.0, 0.15),
    "audio": (Status.DOWNLOADING, 0.15, 0.05),
    "transcribe": (Status.TRANSCRIBING, 0.2, 0.5),
    "study": (Status.GENERATING, 0.7, 0.25),
    "publish": (Status.GENERATING, 0.95, 0.05),
}
"""Each stage's status, and its part of the whole: where it begins and how much it is."""


class Holder(Protocol):
    """Whoever holds a lease for real: SQS and the row in the worker, less in tests."""

    async def extend(self, seconds: float) -> None:
        """Hold on for so many seconds from now.

        Raises LeaseLost where the message or the row is not ours any more, TransientError or EnvironmentFault where
        that cannot be told: then it is tried again.
        """
        ...

    async def show(self, status: Status, fraction: float) -> None:
        """Write the row's status, and how far the whole job is, 0 to 1. Raises like `extend`."""
        ...


class Lease:
    """The right to work on a message and its video, kept up by a heartbeat: `async with lease:` around the work.

    Three beats a lease extend it; the progress is written every `tick_s` seconds that it changed, another status at
    once. When it is lost, or no beat succeeded for four fifths of `seconds`, the body is cancelled and LeaseLost leaves
    the block. Another error of the body is passed on. The last beat has ended when the block is left: nothing that is
    done to message or row afterwards is overwritten. Use each once.
    """

    def __init__(
        self, holder: Holder, seconds: float, tick_s: float = TICK_S, *, held_since: float | None = None
    ) -> None:
        """A lease of `seconds` that began at `held_since` by the monotonic clock (now where it is left out).

        `holder` is asked to extend it; `tick_s` is how often, in seconds, it is looked at.
        """
        self._holder = holder
        self._held_since = time.monotonic() if held_since is None else held_since
        self._seconds = seconds
        self._tick_s = tick_s
        self._shown: tuple[Status, float] | None = None
        self._wanted: tuple[Status, float] | None = None
        self._lost: LeaseLost | None = None
        self._leaving = False
        self._stirred = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None
        self._body: asyncio.Task[object] | None = None
        self._bitten = False

    def report(self, stage: Stage, fraction: float) -> None:
        """How far a stage is, 0 to 1; written at the next tick, at once where it changes the row's status."""
        status, start, share = SHARES[stage]
        if self._wanted and self._wanted[0] != status:
            self._stirred.set()
        self._wanted = (status, round(start + share * min(1.0, max(0.0, fraction)), 3))

    async def __aenter__(self) -> Self:
        self._body = asyncio.current_task()
        self._beating = asyncio.create_task(self._beat(), name="lease")
        self._beating.add_done_callback(self._beat_ended)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self._stop_beating()
        if self._lost is None or not (error is None or isinstance(error, asyncio.CancelledError)):
            return
        if self._bitten and self._body is not None:
            self._body.uncancel()
        raise self._lost

    async def _stop_beating(self) -> None:
        """A beat under way is waited out, not cancelled: its request may be on the wire already."""
        self._leaving = True
        self._stirred.set()
        if self._beating is None:
            return
        try:
            await asyncio.wait({self._beating})
        except asyncio.CancelledError:
            if self._lost is None:
                self._beating.cancel()
                raise

    async def _beat(self) -> None:
        beaten = self._held_since
        while self._lost is None and not await self._left():
            now = time.monotonic()
            due = now - beaten >= self._seconds / BEATS_A_LEASE
            try:
                async with asyncio.timeout(max(0.0, beaten + MARGIN * self._seconds - now)):
                    await self._show()
                    if due:
                        await self._holder.extend(self._seconds)
                        beaten = now  # when it was asked for: the answer may have taken long
            except LeaseLost as error:
                self._lose(error)
            except TimeoutError:
                self._lose(LeaseLost("the lease could not be kept: no answer in time"))
            except LecternError as error:
                log.warning("lease.beat_failed", error=str(error))
                if time.monotonic() - beaten + self._tick_s >= MARGIN * self._seconds:
                    self._lose(LeaseLost(f"the lease could not be kept: {error}"))

    async def _left(self) -> bool:
        """Whether the body has ended, a tick later or as soon as there is something to show."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stirred.wait(), self._tick_s)
        self._stirred.clear()
        return self._leaving

    async def _show(self) -> None:
        if self._wanted is not None and self._wanted != self._shown:
            wanted = self._wanted
            await self._holder.show(*wanted)
            self._shown = wanted

    def _beat_ended(self, beating: asyncio.Task[None]) -> None:
        """A heartbeat that died of a bug must not leave work without a lease."""
        if not beating.cancelled() and (error := beating.exception()) is not None:
            log.error("lease.heartbeat_died", error=repr(error))
            self._lose(LeaseLost(f"the heartbeat died: {error!r}"))

    def _lose(self, error: LeaseLost) -> None:
        self._lost = error
        if self._body is not None and not self._leaving:
            self._bitten = True
            self._body.cancel("lease lost")
