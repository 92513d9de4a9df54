"""The deploy script's dry run: what an operator reads before anything happens."""

import re
import shutil
import subprocess

import pytest
import yaml

from tests.support.infra.machine import ROOT, Machine, machine

__all__ = ["machine"]


def seconds(duration: str) -> int:
    """Of a short time in a compose file, which may be a setting's default."""
    return int(re.findall(r"\d+", duration)[-1])


def test_a_dry_run_changes_nothing_and_says_every_command(machine: Machine) -> None:
    done = machine.dry_run()
    assert done.returncode == 0, done.stderr
    assert "+ write /etc/systemd/system/lectern.service" in done.stdout
    assert "+ docker compose build" in done.stdout
    assert "+ docker compose run --rm model" in done.stdout
    assert "+ docker compose up -d --no-build --wait" in done.stdout
    assert "+ systemctl start lectern.service" in done.stdout
    assert done.stdout.strip().endswith("Nothing was changed: run it without --dry-run to do this.")
    assert not [call for call in machine.calls if call.startswith(("systemctl", "apt-get", "docker compose build"))]
    assert machine.env == "SQS_QUEUE_URL=x\n"


def test_a_small_machine_gets_swap_and_the_small_model(machine: Machine) -> None:
    machine.has_little_memory()
    said = machine.dry_run().stdout
    assert "0.9 GB of memory" in said
    assert "mkswap /lectern.swap" in said
    assert "WHISPER_MODEL=tiny" in said


@pytest.mark.parametrize(
    ("memory_kib", "said"),
    [
        (980_000, ["CONSUMER_MEMORY=300m", "TRANSCRIBER_MEMORY=457m"]),
        (8_000_000, ["CONSUMER_MEMORY=1953m", "TRANSCRIBER_MEMORY=5659m"]),
        (64_000_000, []),
    ],
)
def test_the_memory_limits_are_less_than_the_machine_has(machine: Machine, memory_kib: int, said: list[str]) -> None:
    (machine.folder / "meminfo").write_text(f"MemTotal: {memory_kib} kB\n")
    assert re.findall(r"(?:CONSUMER|TRANSCRIBER)_MEMORY=\w+", machine.dry_run().stdout) == said


def test_a_model_that_the_operator_chose_stays_on_a_small_machine(machine: Machine) -> None:
    machine.has_little_memory()
    (machine.folder / ".env").write_text("WHISPER_MODEL=base\n")
    assert ".env sets WHISPER_MODEL=base: kept" in machine.dry_run().stdout


def test_a_machine_with_a_gpu_gets_the_toolkit_and_the_gpu_compose_file(machine: Machine) -> None:
    machine.has_gpu()
    said = machine.dry_run().stdout
    assert "nvidia-ctk runtime configure" in said
    assert "COMPOSE_FILE=docker-compose.yml:docker-compose.gpu.yml" in said


@pytest.mark.parametrize(
    ("driver", "line"),
    [
        ("470.82.01, 7.5, Tesla T4", "the driver is 470.82.01 and Tesla T4 wants 525 or newer"),
        (
            "550.90.07, 9.0, NVIDIA H100 80GB HBM3",
            "the driver is 550.90.07 and NVIDIA H100 80GB HBM3 wants 570 or newer",
        ),
        ("550.90.07, 12.0, NVIDIA RTX 5090", "wants 570 or newer"),
        ("Failed to initialize NVML: Driver/library version mismatch", "driver does not work (Failed to initialize"),
    ],
)
def test_a_driver_that_is_too_old_is_named_with_the_one_it_should_be(machine: Machine, driver: str, line: str) -> None:
    machine.has_gpu(driver)
    done = machine.dry_run()
    assert done.returncode == 1
    assert line in done.stderr
    assert "apt install nvidia-headless-570-server nvidia-utils-570-server" in done.stderr


def test_a_missing_driver_is_installed_and_the_rest_follows_after_a_restart(machine: Machine) -> None:
    machine.has_gpu()
    (machine.folder / "bin/nvidia-smi").unlink()
    said = machine.dry_run().stdout
    assert "driver   none: it is installed, the machine restarts, and this goes on by itself" in said
    assert "nvidia-headless-570-server nvidia-utils-570-server" in said
    assert "+ write /etc/systemd/system/lectern-setup.service" in said
    assert said.index("+ systemctl reboot") < said.index("nvidia-ctk runtime configure")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("STOP_GRACE_SECONDS=300 # five minutes", "660"),
        ("STOP_GRACE_SECONDS='300' # five minutes", "660"),
        ('STOP_GRACE_SECONDS="300"', "660"),
        ("export STOP_GRACE_SECONDS = 300  ", "660"),
        ("STOP_GRACE_SECONDS=200\nSTOP_GRACE_SECONDS=300", "660"),
        ("STOP_GRACE_SECONDS=", "300"),
        ("# STOP_GRACE_SECONDS=500", "300"),
    ],
)
def test_a_setting_is_read_as_compose_reads_it(machine: Machine, line: str, value: str) -> None:
    """tests/e2e/compose/test_config.py asks Compose itself about the same lines."""
    (machine.folder / ".env").write_text(f"SQS_QUEUE_URL=x\n{line}\n")
    source = f". {machine.folder}/infra/deploy/settings.sh; here={machine.folder}"
    told = subprocess.run(
        [
            "bash",
            "-euc",
            f"die() {{ echo $1; exit 1; }}; {source}; echo $((2 * $(seconds STOP_GRACE_SECONDS 120) + 60))",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.strip() == value, told.stderr


def test_a_grace_that_is_no_number_stops_with_words(machine: Machine) -> None:
    (machine.folder / ".env").write_text("STOP_GRACE_SECONDS=5m\n")
    done = machine.dry_run()
    assert done.returncode == 1
    assert "STOP_GRACE_SECONDS=5m in .env: should be a whole number of seconds" in done.stderr
    assert "+ systemctl start" not in done.stdout


def test_a_release_from_a_registry_is_pulled_and_none_is_built(machine: Machine) -> None:
    (machine.folder / ".env").write_text("LECTERN_TAG=v1.0\nLECTERN_REGISTRY=ghcr.io/you/ # ours\n")
    said = machine.dry_run().stdout
    assert "+ docker compose pull transcriber consumer" in said
    assert "docker compose build" not in said


def test_a_release_that_is_nowhere_is_refused_instead_of_built(machine: Machine) -> None:
    (machine.folder / ".env").write_text("LECTERN_TAG=v0.9\n")
    machine.stub("docker", body='case "$*" in "compose version --short") echo 2.29.1 ;; image*) exit 1 ;; esac')
    done = machine.dry_run()
    assert done.returncode == 1
    assert "LECTERN_TAG=v0.9 is not on this machine, and no LECTERN_REGISTRY names where to pull it from" in done.stderr


def test_the_instances_own_disk_becomes_the_scratch_space_at_every_boot(machine: Machine) -> None:
    machine.has_local_disk()
    said = machine.dry_run().stdout
    assert "scratch  /dev/nvme1n1" in said
    assert "+ systemctl enable lectern-scratch.service" in said
    assert "SCRATCH=/mnt/lectern" in said


def test_a_full_disk_is_said_before_anything_happens(machine: Machine) -> None:
    machine.stub("df", "6")
    done = machine.dry_run()
    assert done.returncode == 1
    assert "6 GB are free on the system disk and images, model and downloads want 10" in done.stderr


def test_a_port_in_use_is_said_before_the_long_steps(machine: Machine) -> None:
    machine.stub("ss", "LISTEN 0 5 127.0.0.1:8000 0.0.0.0:*")
    done = machine.dry_run()
    assert done.returncode == 1
    assert "port 8000 is taken (LISTEN 0 5 127.0.0.1:8000 0.0.0.0:*): stop that, or set PUBLISH_PORT" in done.stderr


@pytest.mark.parametrize("version", ["22.04", "24.04", "26.04"])
def test_ubuntu_s_long_lived_releases_are_known(machine: Machine, version: str) -> None:
    (machine.folder / "os-release").write_text(f'ID=ubuntu\nVERSION_ID={version}\nPRETTY_NAME="Ubuntu {version}"\n')
    assert machine.dry_run().returncode == 0


def test_another_system_is_refused_with_its_name(machine: Machine) -> None:
    (machine.folder / "os-release").write_text("ID=fedora\nVERSION_ID=41\n")
    done = machine.dry_run()
    assert done.returncode == 1
    assert "this is fedora 41" in done.stderr


def test_a_missing_env_file_is_named_before_anything_happens(machine: Machine) -> None:
    (machine.folder / ".env").unlink()
    done = machine.dry_run()
    assert done.returncode == 1
    assert "cp .env.example .env" in done.stderr


def test_the_unit_waits_longer_than_all_containers_may_take_to_stop() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    graces_s = [seconds(each["stop_grace_period"]) for each in services.values() if "stop_grace_period" in each]
    assert "TimeoutStopSec=$((2 * grace_s + 60))" in (ROOT / "infra/deploy/service.sh").read_text()
    assert len(graces_s) == 2
    assert sum(graces_s) + 30 < 2 * 120 + 60


def test_shellcheck_finds_nothing() -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("no shellcheck on this machine")
    scripts = [*ROOT.glob("infra/*.sh"), *ROOT.glob("infra/cloudformation/*.sh"), ROOT / "dev", *ROOT.glob(".ci/*")]
    command = ["shellcheck", "--external-sources", "--check-sourced", *(str(path) for path in scripts)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == ""
