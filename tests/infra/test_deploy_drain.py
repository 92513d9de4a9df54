"""What an instance does when EC2 announces that it goes away; recorded fakes, a metadata service among them."""

import os
import subprocess

import pytest

from tests.support.infra.machine import ROOT, Machine, machine

__all__ = ["machine"]
LETS_GO = (
    "aws autoscaling complete-lifecycle-action --lifecycle-hook-name drain --auto-scaling-group-name lectern"
    " --lifecycle-action-result CONTINUE --instance-id i-1 --region us-east-1"
)
SCALE_IN = "*target-lifecycle-state) echo Terminated ;; *instance-action) exit 22 ;;"
SPOT = "*target-lifecycle-state) echo InService ;; *instance-action) echo stop ;;"


def drain(machine: Machine, notice: str) -> list[str]:
    """The calls of the script in the group lectern, once the metadata service gives this notice."""
    known = "*api/token) echo t ;; *instance-id) echo i-1 ;; *placement/region) echo us-east-1 ;;"
    machine.stub("curl", body=f'for last; do :; done; case "$last" in {known} {notice} esac')
    machine.stub("aws")
    path = f"{machine.folder / 'bin'}:{os.environ['PATH']}"
    command = [str(ROOT / "infra/drain_on_notice.sh"), "lectern"]
    assert subprocess.run(command, env={"PATH": path}, capture_output=True, check=False).returncode == 0
    return [call for call in machine.calls if not call.startswith("curl")]


@pytest.mark.parametrize("notice", [SCALE_IN, SPOT])
def test_it_stops_in_order_and_only_then_lets_the_instance_go(machine: Machine, notice: str) -> None:
    assert drain(machine, notice) == ["systemctl stop lectern.service", LETS_GO]
