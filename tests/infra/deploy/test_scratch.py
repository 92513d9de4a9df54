"""What becomes of the instance's own disk at a boot, as root in a throw-away container."""

import pytest

from tests.support.infra.machine import Machine, machine, require_docker

__all__ = ["machine"]
pytestmark = pytest.mark.docker
PREPARE = "infra/prepare_scratch.sh /mnt/lectern && stat -c %u /mnt/lectern"
DISK = "/dev/nvme1n1"
MAKE = f"mkfs.ext4 -q -L lectern-scratch {DISK}"


@pytest.fixture(autouse=True)
def tools(machine: Machine) -> None:
    require_docker()
    machine.has_local_disk()
    machine.stub("blkid", status=2)
    machine.stub("mkfs.ext4")
    machine.stub("mountpoint", status=32)


def test_an_empty_disk_gets_a_file_system_which_belongs_to_the_containers_user(machine: Machine) -> None:
    done = machine.run(PREPARE)
    assert done.stdout.splitlines()[-1] == "10001", done.stderr
    assert machine.calls[-2:] == [MAKE, f"mount {DISK} /mnt/lectern"]


def test_our_own_file_system_is_mounted_as_it_is(machine: Machine) -> None:
    machine.stub("blkid", "LABEL=lectern-scratch\nTYPE=ext4\n")
    assert machine.run(PREPARE).returncode == 0
    assert MAKE not in machine.calls
    assert machine.calls[-1] == f"mount {DISK} /mnt/lectern"


def test_a_disk_that_the_deep_learning_image_has_mounted_is_shared(machine: Machine) -> None:
    model, place = f'echo "{DISK} Amazon EC2 NVMe Instance Storage"', "echo; echo /opt/nvme"  # the disk, then its LVM
    machine.stub("lsblk", body=f'case "$*" in *MODEL*) {model} ;; *MOUNTPOINT*) {place} ;; esac')
    machine.stub("blkid", "TYPE=LVM2_member\n")
    done = machine.run(f"{PREPARE}; ls /opt/nvme")
    assert done.stdout.splitlines()[-2:] == ["10001", "lectern"], done.stderr
    assert machine.calls[-1] == "mount --bind /opt/nvme/lectern /mnt/lectern"
    assert MAKE not in machine.calls


def test_somebody_elses_data_is_left_alone_and_the_system_disk_serves(machine: Machine) -> None:
    machine.stub("blkid", "TYPE=LVM2_member\n")
    done = machine.run(PREPARE)
    assert "left alone" in done.stdout
    assert done.stdout.splitlines()[-1] == "10001"
    assert not [call for call in machine.calls if call.startswith(("mkfs", "mount "))]


def test_a_machine_that_lost_its_disk_still_starts(machine: Machine) -> None:
    machine.stub("lsblk")
    done = machine.run(PREPARE)
    assert done.returncode == 0
    assert "no local disk" in done.stdout


def test_a_second_run_mounts_nothing_twice(machine: Machine) -> None:
    machine.stub("mountpoint")
    assert machine.run(PREPARE).returncode == 0
    assert not [call for call in machine.calls if call.startswith(("mkfs", "mount "))]
