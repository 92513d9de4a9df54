"""What a consumer knows of what every video needs: the evidence of all consumers, its own breakers and probes."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from consumer.database.evidence import Evidence
from consumer.errors import Dependency, LecternError
from consumer.observability.health import Health
from consumer.worker.blame import WINDOW_S, Blame, Neighbours, Sign, dependency_of, judge, sign_of
from consumer.worker.circuit_breaker import FIRST_PAUSE_S, Breakers

log = structlog.get_logger()
Probe = Callable[[], Awaitable[object]]
"""Asks a dependency, without a video, whether it works. Raises LecternError where it does not."""


class World:
    """Judges errors and keeps the breakers; what it finds is written to `evidence`, which all consumers share.

    `owner` is this consumer. A dependency without a probe is tried by one message. Raises nothing of its own: what
    cannot be written is logged.
    """

    def __init__(
        self,
        evidence: Evidence,
        owner: str,
        probes: Mapping[Dependency, Probe] | None = None,
        first_pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        self.health = Health()
        self._evidence = evidence
        self._owner = owner
        self._probes = probes or {}
        self._breakers = Breakers(self.health, first_pause_s)

    @property
    def is_broken(self) -> bool:
        """Whether something that every video needs is broken, as far as we know."""
        return bool(self._breakers.open_ones)

    @property
    def pause_s(self) -> float:
        """Seconds until the next try."""
        return self._breakers.pause_s

    async def passed(self, dependency: Dependency, video_id: str) -> None:
        """A video has come through."""
        await self.mended(dependency)
        try:
            await self._evidence.add(dependency, video_id, self._owner, failed=False)
        except LecternError as error:
            log.warning("evidence.not_written", dependency=dependency, error=str(error))

    async def blame(self, video_id: str, error: LecternError) -> Blame:
        """Whom an attempt's error blames, by what other videos met; where it is the world, the breaker opens."""
        sign, dependency = sign_of(error), dependency_of(error)
        if sign is Sign.OWN:
            return Blame.VIDEO
        neighbours = await self._neighbours(dependency, video_id)
        if judge(sign, neighbours) is Blame.VIDEO and sign is Sign.DOUBTFUL:
            neighbours = Neighbours(neighbours.failed, neighbours.passed, await self._fails_a_probe(dependency))
        blame = judge(sign, neighbours)
        log.info("blame.judged", dependency=dependency, sign=sign.value, blame=blame.value, neighbours=str(neighbours))
        if blame is Blame.WORLD:
            await self.broken(dependency, error)
        return blame

    async def broken(self, dependency: Dependency, error: LecternError) -> None:
        """It would fail every video: open its breaker, for everybody to see."""
        self._breakers.open(dependency, error)
        try:
            await self._evidence.open(dependency, self._owner, str(error), self._breakers.pause_s)
        except LecternError as failed:
            log.warning("evidence.not_written", dependency=dependency, error=str(failed))

    async def mended(self, dependency: Dependency) -> None:
        """It works: close its breaker."""
        if not self._breakers.close(dependency):
            return
        try:
            await self._evidence.close(dependency, self._owner)
        except LecternError as error:
            log.warning("evidence.not_written", dependency=dependency, error=str(error))

    async def probe(self) -> bool:
        """Ask whatever is broken and can be asked; whether a message may be tried."""
        for dependency in self._breakers.open_ones:
            if dependency not in self._probes:
                continue
            try:
                await self._probes[dependency]()
            except LecternError as error:
                await self.broken(dependency, error)
                return False
            await self.mended(dependency)
        return True

    async def _neighbours(self, dependency: Dependency, video_id: str) -> Neighbours:
        """What is written, before this failure is; a database that does not tell has seen nobody."""
        try:
            failed, passed = await self._evidence.others(dependency, video_id, self._owner, WINDOW_S)
            await self._evidence.add(dependency, video_id, self._owner, failed=True)
        except LecternError as unknown:
            log.warning("evidence.unknown", error=str(unknown))
            return Neighbours()
        return Neighbours(failed, passed)

    async def _fails_a_probe(self, dependency: Dependency) -> bool | None:
        if dependency not in self._probes:
            return None
        try:
            await self._probes[dependency]()
        except LecternError:
            return True
        return False
