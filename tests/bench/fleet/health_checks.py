"""What Docker's health checks cost an idle machine: the commands of both images, run beside both services.

Processor time of the command and of the service that answers it, as a share of one core at the images' own interval.
With --image, also what the engine spends on starting any command in a container of that image. Predicted: the commands
0.1 % for both services, the engine 0.5 %; the target is 1 % together.
"""

import asyncio
import json
import re
import resource
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil

from infra.sandbox.paths import ROOT
from infra.sandbox.system import EmbeddedSystem
from tests.bench.report import arguments, table, verdict

LIMIT_PERCENT = 1.0
ENGINE = ("dockerd", "containerd", "containerd-shim")
HEALTHCHECK = re.compile(r"^HEALTHCHECK --interval=(\d+)s [^\n]*\\\n +CMD (\[.*\])$", re.MULTILINE)


@dataclass(frozen=True)
class Check:
    """One image's health check: a command, every so many seconds."""

    command: list[str]
    interval_s: float

    def percent(self, cpu_s: float) -> float:
        """A check's processor seconds as a share of one core."""
        return 100 * cpu_s / self.interval_s


def check_of(service: str) -> Check:
    """What the service's Dockerfile says."""
    text = (ROOT / "services" / service / "Dockerfile").read_text()
    found = HEALTHCHECK.search(text)
    assert found, f"no health check in {service}/Dockerfile"
    return Check(json.loads(found[2]), float(found[1]))


def spent_by(processes: Iterable[psutil.Process]) -> float:
    """Their processor seconds so far, with those of children that have ended."""
    return sum(sum(each.cpu_times()[:4]) for each in processes)


def ended_s() -> float:
    """Processor seconds of this process' children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def a_check_s(run: Callable[[], object], processes: list[psutil.Process], times: int, *, own: bool) -> float:
    """Processor seconds of one check: of `processes`, beyond what they spend anyway, and of the command if `own`."""
    began, before = time.perf_counter(), spent_by(processes)
    time.sleep(2)
    idle_share = (spent_by(processes) - before) / (time.perf_counter() - began)
    began, before, commands_s = time.perf_counter(), spent_by(processes), ended_s()
    for _ in range(times):
        run()
    beyond = spent_by(processes) - before - idle_share * (time.perf_counter() - began)
    return (max(0.0, beyond) + (ended_s() - commands_s if own else 0.0)) / times


def of_commands(system: EmbeddedSystem, times: int) -> list[tuple[str, float]]:
    """The share of each service's check, in percent of a core."""
    ports = {
        "transcriber": {"PORT": system.transcriber_url.rpartition(":")[2]},
        "consumer": {"HEALTH_PORT": system.environment["HEALTH_PORT"]},
    }
    shares: list[tuple[str, float]] = []
    for service, environment in ports.items():
        check = check_of(service)

        def run(check: Check = check, environment: dict[str, str] = environment) -> None:
            subprocess.run(check.command, check=True, env=environment)

        answering = [psutil.Process(system.parts[service].process.pid)]
        shares.append((service, check.percent(a_check_s(run, answering, times, own=True))))
    return shares


def of_engine(image: str, times: int) -> float:
    """The engine's share for both services, in percent of a core."""
    start = ["docker", "run", "--detach", "--rm", "--entrypoint", "sleep", image, "600"]
    container = subprocess.run(start, check=True, capture_output=True, text=True).stdout.strip()
    engine = [each for each in psutil.process_iter() if each.name().startswith(ENGINE)]
    try:
        run = ["docker", "exec", container, "true"]
        spent_s = a_check_s(lambda: subprocess.run(run, check=True), engine, times, own=False)
    finally:
        subprocess.run(["docker", "kill", container], check=True, capture_output=True)
    return sum(check_of(service).percent(spent_s) for service in ("transcriber", "consumer"))


async def measured(times: int) -> list[tuple[str, float]]:
    """The commands' shares, beside a whole system."""
    async with EmbeddedSystem() as system:
        return await asyncio.to_thread(of_commands, system, times)


def main() -> None:
    """Measures and prints."""
    parser = arguments(__doc__)
    parser.add_argument("--image", help="measure the Docker engine, too, with a container of this image")
    chosen = parser.parse_args()
    times = 20 if chosen.quick else 100
    shares = asyncio.run(measured(times))
    if chosen.image:
        shares.append(("the engine, for both", of_engine(chosen.image, times)))
    table(["health check of", "% of a core"], [[name, round(percent, 3)] for name, percent in shares])
    verdict("both services' health checks", sum(percent for _, percent in shares), LIMIT_PERCENT, " % of a core")


if __name__ == "__main__":
    main()
