"""A described machine for the deploy script: its commands are recorded fakes, its files are real."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.sandbox.paths import ROOT

UBUNTU = 'ID=ubuntu\nVERSION_ID=22.04\nPRETTY_NAME="Ubuntu 22.04.5 LTS"\n'
T4 = "535.183.01, 7.5, Tesla T4"
SUCCEED = ("systemctl", "apt-get", "gpg", "curl", "mkswap", "swapon", "swapoff", "mount", "umount")
DOCKER = 'case "$*" in "compose version --short") echo 2.29.1 ;; esac'
NO_SUCH_COMMAND = 127
DEPLOY = "infra/deploy_worker.sh --yes"
UNITS = "/etc/systemd/system"
STARTED = (
    "docker compose build",
    "docker compose run --rm model",
    "docker compose up -d --no-build --wait --wait-timeout 1800",
    "systemctl start lectern.service",
)
"""What a deployment ends with."""


@dataclass(frozen=True)
class Machine:
    """`folder` holds a checkout with a filled-in .env, the fakes in bin/, and calls, a line for each use of one."""

    folder: Path

    def stub(self, name: str, output: str = "", *, body: str = "", status: int = 0) -> None:
        """A command that notes how it was called, prints `output`, runs `body` and ends with `status`."""
        path = self.folder / "bin" / name
        noted = f'echo "{name} $*" >>"{self.folder}/calls"'
        path.write_text(f"#!/bin/sh\n{noted}\nprintf '%s' '{output}'\n{body}\nexit {status or '$?'}\n")
        path.chmod(0o755)

    def has_gpu(self, driver: str = T4) -> None:
        """An NVIDIA GPU on the bus, and a driver that says so."""
        device = self.folder / "pci/0000:00:1e.0"
        device.mkdir(parents=True)
        (device / "vendor").write_text("0x10de\n")
        (device / "class").write_text("0x030200\n")
        self.stub("nvidia-smi", driver)

    def has_local_disk(self) -> None:
        """The NVMe of a g4dn: `lsblk` answers by what it is asked."""
        disk = "/dev/nvme1n1 Amazon EC2 NVMe Instance Storage"
        self.stub("lsblk", body=f'case "$*" in *MODEL*) echo "{disk}" ;; esac')

    def has_little_memory(self) -> None:
        """A t2.micro."""
        (self.folder / "meminfo").write_text("MemTotal: 980000 kB\n")

    @property
    def calls(self) -> list[str]:
        """Every use of a fake, in order."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def env(self) -> str:
        """The checkout's .env."""
        return (self.folder / ".env").read_text()

    def dry_run(self, *options: str) -> subprocess.CompletedProcess[str]:
        """`deploy_worker.sh --dry-run`, on this computer."""
        command = [str(self.folder / "infra/deploy_worker.sh"), "--dry-run", *options]
        described = {**self._description(), "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}
        if not (self.folder / "bin/nvidia-smi").exists():  # then there is none, whatever this computer has
            described["PATH"] = f"{self.folder / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin"
        return subprocess.run(command, capture_output=True, text=True, env=described, check=False)

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """A shell script in the checkout as root, in a container of its own."""
        described = {**self._description(), "PATH": f"{self.folder / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin"}
        command = ["docker", "run", "--rm", "--network", "none", "-v", f"{self.folder}:{self.folder}"]
        command += ["-w", str(self.folder), *(f"--env={name}={value}" for name, value in described.items())]
        command += ["debian:trixie-slim", "bash", "-euc", script]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def _description(self) -> dict[str, str]:
        files = {"OS_RELEASE": "os-release", "MEMINFO": "meminfo", "PCI_DEVICES": "pci", "SWAPS": "swaps"}
        return {name: str(self.folder / file) for name, file in files.items()}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Ubuntu 22.04 with 16 GB, Docker with Compose, room, and nothing else."""
    shutil.copytree(ROOT / "infra", tmp_path / "infra", ignore=shutil.ignore_patterns("observe", "sandbox"))
    shutil.copy(ROOT / ".env.example", tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / ".env").write_text("SQS_QUEUE_URL=x\n")
    (tmp_path / "os-release").write_text(UBUNTU)
    (tmp_path / "meminfo").write_text("MemTotal: 16000000 kB\n")
    made = Machine(tmp_path)
    for name in SUCCEED:
        made.stub(name)
    for name in ("lsblk", "ss"):
        made.stub(name)
    made.stub("fallocate", body='touch "$3"')
    made.stub("docker", body=DOCKER)
    made.stub("df", "100")
    made.stub("nvidia-smi", status=NO_SUCH_COMMAND)
    return made


def require_docker() -> None:
    """Skips the test, and says why, where no engine answers."""
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        pytest.skip("no Docker engine here")


def in_order(calls: list[str], *wanted: str) -> bool:
    """Whether the calls hold these, one after the other."""
    rest = iter(calls)
    return all(any(call == each for call in rest) for each in wanted)
