"""A real systemd in namespaces of its own, for the units that the deploy script writes.

A user's manager, because it needs neither D-Bus nor a boot. Outside it leaves empty control groups at most.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.infra.machine import Machine

BINARY = Path("/usr/lib/systemd/systemd")
STARTED_S = 30
WRITE_UNITS = """
here={folder} group={group}
say() {{ :; }}
run() {{ :; }}
die() {{ echo "$1" >&2; exit 1; }}
write_file() {{ cat >"{units}/${{1##*/}}"; }}
. {folder}/infra/deploy/settings.sh
. {folder}/infra/deploy/service.sh
write_units
"""
MANAGER = """
mount -t tmpfs run /run
mkdir -p /run/systemd/system /run/manager
export XDG_RUNTIME_DIR=/run/manager SYSTEMD_UNIT_PATH={units}
{binary} --user --log-target=null </dev/null &
until systemctl --user list-jobs >/dev/null 2>&1; do kill -0 $! && sleep 0.05; done
"""


def write_units(machine: Machine, group: str = "") -> Path:
    """The folder of the units that the deploy script would write, whose docker is the machine's fake."""
    units = machine.folder / "units"
    units.mkdir()
    script = WRITE_UNITS.format(folder=machine.folder, units=units, group=group)
    subprocess.run(["bash", "-euc", script], check=True)
    unit = units / "lectern.service"
    unit.write_text(unit.read_text().replace("/usr/bin/docker", f"{machine.folder}/bin/docker"))
    (units / "lectern.service.d").mkdir()
    path = f"{machine.folder / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin"
    (units / "lectern.service.d/fakes.conf").write_text(f"[Service]\nEnvironment=PATH={path}\n")
    (units / "docker.service").write_text("[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n")
    for target in ("basic", "default", "shutdown"):
        (units / f"{target}.target").write_text("[Unit]\n")
    return units


def under_systemd(machine: Machine, units: Path, script: str) -> subprocess.CompletedProcess[str]:
    """A shell script that may use `systemctl --user`; ends with what it has started. Skips where no systemd can run."""
    if not BINARY.exists() or not shutil.which("unshare"):
        pytest.skip("no systemd on this machine")
    space = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid():
        space += ["--user", "--map-root-user"]
    manager = MANAGER.format(units=units, binary=BINARY)
    if subprocess.run(
        [*space, "bash", "-euc", manager], capture_output=True, check=False, timeout=STARTED_S
    ).returncode:
        pytest.skip("no systemd can be started here")
    command = [*space, "bash", "-euc", f"{manager}\n{script}"]
    return subprocess.run(command, capture_output=True, text=True, cwd=machine.folder, check=False, timeout=STARTED_S)
