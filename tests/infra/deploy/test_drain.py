"""What an instance says of itself, and does when EC2 announces that it goes away; the metadata service is a fake."""

import os
import subprocess

import pytest

from tests.support.infra.machine import ROOT, Machine, machine

__all__ = ["machine"]
LETS_GO = (
    "aws autoscaling complete-lifecycle-action --lifecycle-hook-name drain --auto-scaling-group-name lectern"
    " --lifecycle-action-result CONTINUE --instance-id i-1 --region us-east-1"
)
STATE, INSTEAD = "*target-lifecycle-state)", "*instance-action)"
SCALE_IN = f"{STATE} echo Terminated ;; {INSTEAD} exit 22 ;;"
SPOT = f"{STATE} echo InService ;; {INSTEAD} echo stop ;;"
LATER = f"{STATE} [ -e asked ] && echo Terminated || {{ touch asked; echo InService; }} ;; {INSTEAD} exit 22 ;;"
METRICS = 'consumer_in_flight 2.0\nconsumer_spend_usd_total{model="a"} 0.25\nconsumer_spend_usd_total{model="b"} 0.5\n'


def drain(machine: Machine, notice: str) -> list[str]:
    """The calls of the script in the group lectern, once the metadata service gives this notice."""
    known = "*api/token) echo t ;; *instance-id) echo i-1 ;; *placement/region) echo us-east-1 ;;"
    machine.stub("curl", body=f'for last; do :; done; case "$last" in {known} {notice} esac')
    machine.stub("aws")
    machine.stub("sleep")
    path = f"{machine.folder / 'bin'}:{os.environ['PATH']}"
    command = [str(ROOT / "infra/drain_on_notice.sh"), "lectern"]
    done = subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False, cwd=machine.folder)
    assert done.returncode == 0, done.stderr
    return [call for call in machine.calls if call.startswith(("aws", "systemctl"))]


@pytest.mark.parametrize("notice", [SCALE_IN, SPOT])
def test_it_stops_in_order_and_only_then_lets_the_instance_go(machine: Machine, notice: str) -> None:
    assert drain(machine, notice) == ["systemctl stop lectern.service", LETS_GO]


def test_while_it_works_on_videos_it_says_so_and_is_not_scaled_in(machine: Machine) -> None:
    (machine.folder / "metrics").write_text(METRICS)
    machine.stub("docker", body=f"cat {machine.folder}/metrics")
    said, protected, *_ = drain(machine, LATER)
    at = "Dimensions=[{Name=Group,Value=lectern}]"
    assert said == (
        "aws cloudwatch put-metric-data --region us-east-1 --namespace Lectern --metric-data"
        f" MetricName=VideosInWork,{at},Value=2 MetricName=ModelSpendUsd,{at},Value=0.75"
    )
    assert protected.startswith("aws autoscaling set-instance-protection --region us-east-1")
    assert protected.endswith("--instance-ids i-1 --protected-from-scale-in")


def test_an_instance_without_work_may_go(machine: Machine) -> None:
    machine.stub("docker", status=1)
    said, *rest = drain(machine, LATER)
    assert "MetricName=VideosInWork" in said
    assert ",Value=0 " in said
    assert not [call for call in rest if "set-instance-protection" in call]
