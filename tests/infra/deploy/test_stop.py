"""The unit's stop under a real systemd: what runs is drained, however far the start has come."""

import pytest

from tests.support.infra.machine import Machine, machine
from tests.support.infra.systemd import under_systemd, write_units

__all__ = ["machine"]
DRAIN = "docker compose stop"
NOT_UP = 'case "$*" in "compose up"*) exit 1 ;; esac'
START = "systemctl --user start lectern.service"
STOP = "systemctl --user stop lectern.service"
TRIED = "systemctl --user start --no-block lectern.service; until grep -qs 'compose up' calls; do sleep 0.05; done"


@pytest.fixture
def worker(machine: Machine) -> Machine:
    machine.stub("docker")
    return machine


def test_what_runs_is_drained_when_the_unit_is_stopped(worker: Machine) -> None:
    done = under_systemd(worker, write_units(worker), f"{START}; {STOP}")
    assert done.returncode == 0, done.stderr
    assert worker.calls[-1] == DRAIN


def test_what_runs_is_drained_also_where_up_wait_fails_and_the_start_has_not_succeeded_yet(worker: Machine) -> None:
    """Half of the containers may run then, and hold messages."""
    worker.stub("docker", body=NOT_UP)
    done = under_systemd(worker, write_units(worker), f"{TRIED}; {STOP}")
    assert done.returncode == 0, done.stderr
    assert worker.calls[0].startswith("docker compose up")
    assert worker.calls[-1] == DRAIN


def test_what_runs_is_drained_by_a_start_that_fails_for_good(worker: Machine) -> None:
    """Containers whose network could not be guarded do not stay up."""
    (worker.folder / "infra/guard_metadata.sh").write_text("#!/bin/sh\nexit 1\n")
    done = under_systemd(worker, write_units(worker, group="lectern"), START)
    assert done.returncode == 1, done.stderr
    assert [call for call in worker.calls if call.startswith("docker compose up")]
    assert worker.calls[-1] == DRAIN


def test_a_plain_exec_stop_would_not_drain_before_the_start_has_succeeded(worker: Machine) -> None:
    """Why the unit says ExecStopPost."""
    worker.stub("docker", body=NOT_UP)
    units = write_units(worker)
    unit = units / "lectern.service"
    unit.write_text(unit.read_text().replace("ExecStopPost=", "ExecStop="))
    done = under_systemd(worker, units, f"{TRIED}; {STOP}")
    assert done.returncode == 0, done.stderr
    assert DRAIN not in worker.calls
