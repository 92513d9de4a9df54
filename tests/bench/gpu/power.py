"""What the driver says of the GPU while something runs: watts, how busy it is, memory in use."""

import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

EVERY_MS = 100
ASKED = "power.draw,utilization.gpu,memory.used"


@dataclass
class Drawn:
    """Means over the time: watts, per cent busy; and the most memory in MiB. Zeros where the driver does not say."""

    watts: float = 0.0
    busy: float = 0.0
    peak_mib: float = 0.0


@contextmanager
def watched() -> Generator[Drawn]:
    """`with watched() as drawn:` fills `drawn` at the end."""
    drawn = Drawn()
    command = ["nvidia-smi", f"--query-gpu={ASKED}", "--format=csv,noheader,nounits", f"--loop-ms={EVERY_MS}"]
    if not shutil.which(command[0]):
        yield drawn
        return
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield drawn
        finally:
            process.terminate()
            said, _ = process.communicate(timeout=10)
    rows = [row for line in said.splitlines() if (row := _numbers(line))]
    if rows:
        drawn.watts, drawn.busy, _ = np.mean(rows, axis=0).tolist()
        drawn.peak_mib = float(np.max(rows, axis=0)[2])


def gpu_name() -> str:
    """As the driver calls it; empty where there is none."""
    if not shutil.which("nvidia-smi"):
        return ""
    command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout.strip()


def _numbers(line: str) -> list[float]:
    """Those of a line; none where it was cut off or the driver does not know one of them."""
    try:
        found = [float(cell) for cell in line.split(",")]
    except ValueError:
        return []
    return found if len(found) == len(ASKED.split(",")) else []
