"""The deploy script for real, as root in a throw-away container: its files are read, its commands were recorded."""

import shutil

import pytest

from tests.support.infra.machine import DEPLOY, STARTED, UNITS, Machine, in_order, machine, require_docker

__all__ = ["machine"]
pytestmark = pytest.mark.docker
NO_COMPOSE_YET = """
case "$*" in
  "compose version --short") [ -e /installed ] && echo 2.29.1 || exit 1 ;;
  "buildx version") [ -e /installed ] ;;
esac"""


@pytest.fixture(autouse=True)
def engine() -> None:
    require_docker()


def test_a_plain_machine_gets_its_units_and_starts(machine: Machine) -> None:
    done = machine.run(
        f"{DEPLOY} --autoscaling-group lectern && cat {UNITS}/lectern.service {UNITS}/lectern-drain.service"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    started = [*STARTED, "docker compose exec -T consumer lectern doctor"]
    assert in_order(machine.calls, "systemctl daemon-reload", "systemctl enable lectern.service", *started)
    assert "until docker compose up -d --no-build --wait" in done.stdout
    assert "ExecStopPost=/usr/bin/docker compose stop" in done.stdout
    assert "TimeoutStopSec=300" in done.stdout
    assert f"ExecStart={machine.folder}/infra/drain_on_notice.sh lectern" in done.stdout
    assert not [call for call in machine.calls if call.startswith("apt-get")]


def test_keys_in_the_env_file_are_for_nobody_else(machine: Machine) -> None:
    (machine.folder / ".env").chmod(0o644)
    assert machine.run(f"{DEPLOY} && stat -c %a .env").stdout.splitlines()[-1] == "600"


def test_a_step_that_fails_is_the_last_and_says_so(machine: Machine) -> None:
    machine.stub("systemctl", body='case "$*" in "enable lectern.service") echo no space; exit 4 ;; esac')
    done = machine.run(DEPLOY)
    assert done.returncode == 4
    assert "deploy_worker: the step above failed with 4; nothing after it was done" in done.stderr
    assert STARTED[0] not in machine.calls


def test_what_ran_before_stays_as_the_tag_previous(machine: Machine) -> None:
    ids = 'n=$(cat built 2>/dev/null || echo 1); case "$*" in *consumer*) echo c$n ;; *) echo t1 ;; esac'
    cases = f'"compose version --short") echo 2.29.1 ;; "compose build") echo 2 >built ;; image*) {ids} ;;'
    machine.stub("docker", body=f'case "$*" in {cases} esac')
    assert machine.run(DEPLOY).returncode == 0
    assert [call for call in machine.calls if call.startswith("docker tag")] == [
        "docker tag c1 lectern-consumer:previous"
    ]


def test_a_longer_drain_gets_a_longer_stop(machine: Machine) -> None:
    (machine.folder / ".env").write_text("STOP_GRACE_SECONDS=600\n")
    assert "TimeoutStopSec=1260" in machine.run(f"{DEPLOY} && cat {UNITS}/lectern.service").stdout


def test_a_second_run_writes_nothing(machine: Machine) -> None:
    machine.has_gpu()
    machine.has_local_disk()
    machine.has_little_memory()
    machine.stub("nvidia-ctk")
    for name in ("blkid", "mkfs.ext4"):
        machine.stub(name)
    done = machine.run(f"{DEPLOY} && echo AGAIN && {DEPLOY}")
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = done.stdout.split("AGAIN")
    assert f"+ write {machine.folder}/.env" in first
    assert "+ write" not in second


def test_docker_is_installed_where_there_is_none(machine: Machine) -> None:
    machine.stub("dpkg", status=1)
    machine.stub("docker", body=NO_COMPOSE_YET)
    machine.stub("apt-get", body="case $* in *install*) touch /installed ;; esac")
    assert machine.run(DEPLOY).returncode == 0
    install = "apt-get -o DPkg::Lock::Timeout=600 install -y -qq docker.io docker-compose-v2 docker-buildx"
    assert in_order(machine.calls, "apt-get update -qq", install, *STARTED)


def test_dockers_own_packages_are_completed_instead_of_replaced(machine: Machine) -> None:
    machine.stub("dpkg")
    machine.stub("docker", body=NO_COMPOSE_YET)
    machine.stub("apt-get", body="case $* in *install*) touch /installed ;; esac")
    assert machine.run(DEPLOY).returncode == 0
    assert any(call.endswith("install -y -qq docker-compose-plugin docker-buildx-plugin") for call in machine.calls)


def test_a_stopped_docker_is_started(machine: Machine) -> None:
    machine.stub("docker", body='case "$*" in "compose version --short") echo v2.24.0 ;; info) exit 1 ;; esac')
    assert machine.run(DEPLOY).returncode == 0
    assert in_order(machine.calls, "systemctl enable --now docker", *STARTED)


def test_a_compose_that_stays_too_old_is_named(machine: Machine) -> None:
    machine.stub("dpkg", status=1)
    machine.stub("docker", body='case "$*" in "compose version --short") echo 2.17.2 ;; esac')
    done = machine.run(DEPLOY)
    assert done.returncode == 1
    assert "docker compose is older than 2.20" in done.stderr


def test_a_gpu_gets_the_toolkit_from_nvidia_and_docker_is_told(machine: Machine) -> None:
    machine.has_gpu()
    machine.stub("apt-get", body=f"case $* in *install*) ln -sf /bin/true {machine.folder}/bin/nvidia-ctk ;; esac")
    done = machine.run(f"{DEPLOY} && cat /etc/apt/sources.list.d/lectern-nvidia.list")
    assert done.returncode == 0, done.stderr
    assert "deb [signed-by=/usr/share/keyrings/lectern-nvidia.gpg] https://nvidia.github.io/" in done.stdout
    assert "+ nvidia-ctk runtime configure --runtime=docker" in done.stdout
    assert in_order(machine.calls, "systemctl restart docker", *STARTED)
    assert "COMPOSE_FILE=docker-compose.yml:docker-compose.gpu.yml" in machine.env


def test_a_run_that_was_cut_off_before_docker_was_told_tells_it_now(machine: Machine) -> None:
    machine.has_gpu()
    machine.stub("nvidia-ctk")
    assert machine.run(DEPLOY).returncode == 0
    assert in_order(machine.calls, "nvidia-ctk runtime configure --runtime=docker", "systemctl restart docker")


def test_docker_that_knows_the_gpu_is_left_alone(machine: Machine) -> None:
    machine.has_gpu()
    machine.stub("nvidia-ctk")
    known = """case "$*" in "compose version --short") echo 2.29.1 ;; info*) echo '{"nvidia":{}}' ;; esac"""
    machine.stub("docker", body=known)
    assert machine.run(DEPLOY).returncode == 0
    assert "systemctl restart docker" not in machine.calls


def test_little_memory_gets_swap_and_the_small_model(machine: Machine) -> None:
    machine.has_little_memory()
    done = machine.run(f"{DEPLOY} && cat /etc/fstab")
    assert done.returncode == 0, done.stderr
    made = ["fallocate -l 2G /lectern.swap", "mkswap /lectern.swap", "swapon /lectern.swap"]
    assert in_order(machine.calls, *made, *STARTED)
    assert "/lectern.swap none swap sw 0 0" in done.stdout
    assert "WHISPER_MODEL=tiny" in machine.env


def test_swap_that_is_in_use_is_not_made_again(machine: Machine) -> None:
    machine.has_little_memory()
    (machine.folder / "swaps").write_text("Filename Type Size Used Priority\n/lectern.swap file 2097148 0 -2\n")
    assert machine.run(DEPLOY).returncode == 0
    assert not [call for call in machine.calls if call.startswith("mkswap")]


def test_a_failed_start_shows_the_last_lines_of_the_steps(machine: Machine) -> None:
    refuses = 'case "$*" in "compose version --short") echo 2.29.1 ;; "compose up"*) exit 1 ;; esac'
    machine.stub("docker", body=refuses)
    done = machine.run(DEPLOY)
    assert done.returncode == 1
    for step in ("model", "migrate", "doctor"):
        assert f"docker compose logs --no-log-prefix --tail 10 {step}" in machine.calls
    assert "it did not start" in done.stderr


def test_uninstall_takes_away_all_that_was_made_also_without_an_env_file(machine: Machine) -> None:
    machine.has_gpu()
    machine.has_local_disk()
    machine.has_little_memory()
    machine.stub("gpg", body="touch /usr/share/keyrings/lectern-nvidia.gpg")
    machine.stub("apt-get", body=f"case $* in *install*) ln -sf /bin/true {machine.folder}/bin/nvidia-ctk ;; esac")
    prepared = '[ "$*" = "restart lectern-scratch.service" ] && mkdir /mnt/lectern; true'
    machine.stub("systemctl", body=prepared)
    made = "find / -xdev -name 'lectern*' -not -path '/tmp/*'; grep -o lectern /etc/fstab"
    done = machine.run(f"{DEPLOY}; {made}; rm .env; infra/deploy_worker.sh --uninstall; echo LEFT; {made} || true")
    assert done.returncode == 0, done.stdout + done.stderr
    before, left = done.stdout.split("LEFT")
    for path in ("/lectern.swap", "/mnt/lectern", f"{UNITS}/lectern-scratch.service", "lectern-nvidia.list"):
        assert path in before
    assert not left.strip()
    stopped = ["systemctl disable --now lectern.service", f"docker compose -p {machine.folder.name} down"]
    assert in_order(machine.calls, *stopped, "swapoff /lectern.swap")


def test_uninstall_leaves_the_operators_own_settings(machine: Machine) -> None:
    machine.has_little_memory()
    shutil.copy(machine.folder / ".env", machine.folder / "before")
    assert machine.run(f"{DEPLOY}; infra/deploy_worker.sh --uninstall").returncode == 0
    assert machine.env == (machine.folder / "before").read_text()
