"""What is done around a restart: the units that systemd gets, the GPU's driver, the guard of the group's role."""

import shutil
import subprocess

import pytest

from tests.support.infra.machine import DEPLOY, STARTED, T4, UNITS, Machine, in_order, machine, require_docker

__all__ = ["machine"]
pytestmark = pytest.mark.docker


@pytest.fixture(autouse=True)
def engine() -> None:
    require_docker()


def test_the_units_are_what_systemd_understands(machine: Machine) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd on this machine")
    machine.has_gpu()
    (machine.folder / "bin/nvidia-smi").unlink()
    units = f"{UNITS}/lectern*.service {machine.folder}"
    machine.run(f"{DEPLOY} --autoscaling-group lectern; cp {units}")
    machine.stub("nvidia-smi", T4)
    machine.stub("nvidia-ctk")
    machine.run(f"{DEPLOY} --autoscaling-group lectern; cp {units}")
    written = sorted(machine.folder.glob("lectern*.service"))
    assert len(written) == 3
    command = ["systemd-analyze", "verify", "--man=no", *map(str, written)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    assert not [line for line in said.splitlines() if "lectern" in line and "docker" not in line], said


def test_a_missing_driver_is_installed_then_the_machine_restarts_and_the_rest_follows(machine: Machine) -> None:
    machine.has_gpu()
    (machine.folder / "bin/nvidia-smi").unlink()
    done = machine.run(f"{DEPLOY} --autoscaling-group lectern && cat {UNITS}/lectern-setup.service")
    assert done.returncode == 0, done.stdout + done.stderr
    install = [call for call in machine.calls if "nvidia-headless-570-server nvidia-utils-570-server" in call]
    assert in_order(machine.calls, *install, "systemctl enable lectern-setup.service", "systemctl reboot")
    assert f"ExecStart={machine.folder}/infra/deploy_worker.sh --yes --autoscaling-group lectern" in done.stdout
    assert STARTED[0] not in machine.calls
    machine.stub("nvidia-smi", T4)
    machine.stub("nvidia-ctk")
    after = machine.run(f"mkdir -p {UNITS}; touch {UNITS}/lectern-setup.service; {DEPLOY}; ls {UNITS}")
    assert after.returncode == 0, after.stdout + after.stderr
    assert "lectern-setup.service" not in after.stdout.splitlines()
    assert in_order(machine.calls, "systemctl disable lectern-setup.service", *STARTED)


def test_a_driver_that_does_not_answer_after_the_restart_ends_there(machine: Machine) -> None:
    machine.has_gpu()
    (machine.folder / "bin/nvidia-smi").unlink()
    done = machine.run(f"mkdir -p {UNITS}; touch {UNITS}/lectern-setup.service; {DEPLOY}")
    assert done.returncode == 1
    assert "the driver was installed and does not answer" in done.stderr
    assert "systemctl reboot" not in machine.calls


def test_the_transcriber_s_network_gets_nothing_from_the_group_s_metadata(machine: Machine) -> None:
    machine.stub("docker", "172.20.0.0/16")
    machine.stub("iptables", body='case "$1" in -C) exit 1 ;; esac')
    done = machine.run("infra/guard_metadata.sh lectern_speech")
    assert done.returncode == 0, done.stderr
    rule = "DOCKER-USER -s 172.20.0.0/16 -d 169.254.169.254 -j REJECT"
    assert machine.calls[-2:] == [f"iptables -C {rule}", f"iptables -I {rule}"]


def test_only_a_group_has_a_role_to_guard(machine: Machine) -> None:
    alone = machine.run(f"{DEPLOY} && cat {UNITS}/lectern.service").stdout
    grouped = machine.run(f"{DEPLOY} --autoscaling-group lectern && cat {UNITS}/lectern.service").stdout
    assert "guard_metadata" not in alone
    assert (
        f"ExecStartPost={machine.folder}/infra/guard_metadata.sh {machine.folder.name}_speech\nTimeoutStart" in grouped
    )
