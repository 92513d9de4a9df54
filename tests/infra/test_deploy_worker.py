"""The deploy script, as an operator sees it: what it says it will do, and what it does in a throw-away container."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "infra/deploy_worker.sh"
UBUNTU = 'ID=ubuntu\nVERSION_ID=22.04\nPRETTY_NAME="Ubuntu 22.04.5 LTS"\n'
RECORDED = ("docker", "systemctl", "mkswap", "swapon", "fallocate", "nvidia-smi", "mkfs.ext4", "apt-get")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a filled-in .env."""
    (tmp_path / "infra").mkdir()
    for name in ("deploy_worker.sh", "drain_on_notice.sh"):
        shutil.copy(ROOT / "infra" / name, tmp_path / "infra" / name)
    (tmp_path / ".env").write_text("SQS_QUEUE_URL=x\n")
    (tmp_path / "os-release").write_text(UBUNTU)
    (tmp_path / "meminfo").write_text("MemTotal: 16000000 kB\n")
    (tmp_path / "bin").mkdir()
    return tmp_path


def stub(checkout: Path, name: str, output: str = "") -> None:
    """A command that prints `output` and notes how it was called."""
    path = checkout / "bin" / name
    path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{checkout}/calls"\nprintf "%s" "{output}"\n')
    path.chmod(0o755)


def dry_run(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`deploy_worker.sh --dry-run` on the machine that the fixture describes."""
    machine = {
        "OS_RELEASE": str(checkout / "os-release"),
        "MEMINFO": str(checkout / "meminfo"),
        "PATH": f"{checkout / 'bin'}:{os.environ['PATH']}",
    }
    command = [str(checkout / "infra/deploy_worker.sh"), "--dry-run", *options]
    return subprocess.run(command, capture_output=True, text=True, env=machine, check=False)


def test_a_dry_run_changes_nothing_and_says_every_command(checkout: Path) -> None:
    stub(checkout, "docker")
    stub(checkout, "systemctl")
    done = dry_run(checkout)
    assert done.returncode == 0
    assert "+ write /etc/systemd/system/lectern.service" in done.stdout
    assert "+ systemctl restart lectern.service" in done.stdout
    assert "+ docker compose -f docker-compose.yml run --rm model" in done.stdout
    assert done.stdout.strip().endswith("Nothing was changed: run it without --dry-run to do this.")
    assert "systemctl" not in (checkout / "calls").read_text()


def test_a_small_machine_gets_swap_and_the_small_model(checkout: Path) -> None:
    (checkout / "meminfo").write_text("MemTotal: 980000 kB\n")
    done = dry_run(checkout)
    assert "mkswap /swapfile" in done.stdout
    assert "WHISPER_MODEL=tiny" in done.stdout


def test_a_machine_with_a_gpu_gets_the_toolkit_and_the_gpu_compose_file(checkout: Path) -> None:
    stub(checkout, "lspci", "00:1e.0 3D controller: NVIDIA Corporation TU104GL [Tesla T4]")
    stub(checkout, "nvidia-smi")
    done = dry_run(checkout)
    assert "nvidia-ctk runtime configure" in done.stdout
    assert "-f docker-compose.gpu.yml" in done.stdout


def test_a_gpu_without_a_driver_says_what_to_install(checkout: Path) -> None:
    stub(checkout, "lspci", "00:1e.0 3D controller: NVIDIA Corporation TU104GL [Tesla T4]")
    if shutil.which("nvidia-smi"):
        pytest.skip("this machine has a driver")
    done = dry_run(checkout)
    assert done.returncode == 1
    assert "no driver" in done.stderr


def test_the_instances_own_disk_becomes_the_scratch_space(checkout: Path) -> None:
    stub(checkout, "lsblk", "nvme1n1 Amazon EC2 NVMe Instance Storage")
    assert "/mnt/scratch" in dry_run(checkout).stdout


def test_another_system_is_refused_with_its_name(checkout: Path) -> None:
    (checkout / "os-release").write_text("ID=fedora\nVERSION_ID=41\n")
    done = dry_run(checkout)
    assert done.returncode == 1
    assert "this is fedora 41" in done.stderr


def test_a_missing_env_file_is_named_before_anything_happens(checkout: Path) -> None:
    (checkout / ".env").unlink()
    done = dry_run(checkout)
    assert done.returncode == 1
    assert "cp .env.example .env" in done.stderr


def test_uninstall_takes_away_what_was_made_and_nothing_else(checkout: Path) -> None:
    done = dry_run(checkout, "--uninstall")
    assert "rm -f /etc/systemd/system/lectern.service" in done.stdout
    assert "volume" not in done.stdout.split("\n", 1)[1]


def test_shellcheck_finds_nothing() -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("no shellcheck on this machine")
    scripts = [str(path) for path in (*ROOT.glob("infra/*.sh"), ROOT / "dev", ROOT / ".ci/run")]
    done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, check=False)
    assert done.stdout == ""


@pytest.mark.docker
def test_in_a_container_it_writes_its_units_and_a_second_run_writes_nothing(checkout: Path) -> None:
    for name in RECORDED:
        stub(checkout, name)
    script = "infra/deploy_worker.sh --yes --autoscaling-group lectern"
    inside = f"cd {checkout} && {script} && echo AGAIN && {script} && cat /etc/systemd/system/lectern.service"
    command = ["docker", "run", "--rm", "-v", f"{checkout}:{checkout}", "-e", f"OS_RELEASE={checkout}/os-release"]
    command += ["-e", f"PATH={checkout}/bin:/usr/sbin:/usr/bin:/sbin:/bin", "debian:trixie-slim", "bash", "-c", inside]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split("AGAIN")
    assert "+ write /etc/systemd/system/lectern-drain.service" in first
    assert "+ write" not in second
    assert "TimeoutStopSec=180" in second
