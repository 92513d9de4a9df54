"""What every container of the project is: not root, read-only, bounded, and unpublished but for one."""

import pytest

from tests.support.e2e.stack import ONCE, ComposeFailed, Stack, run

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300, func_only=True)]
SERVICES = ("transcriber", "consumer", "postgres", "aws")


def test_these_are_all(stack: Stack) -> None:
    found = stack.compose("ps", "--all", "--services").split()
    assert set(found) == {*SERVICES, *ONCE, "youtube"}


def test_only_the_transcriber_is_published_and_only_to_this_machine(stack: Stack) -> None:
    ports = {name: stack.inspect(name)["NetworkSettings"]["Ports"] for name in SERVICES}
    published = {name: bound for name, each in ports.items() for bound in each.values() if bound}
    assert published == {"transcriber": [{"HostIp": "127.0.0.1", "HostPort": str(stack.port)}]}


@pytest.mark.parametrize("service", SERVICES)
def test_no_container_runs_as_root(stack: Stack, service: str) -> None:
    users = run(["docker", "top", stack.container(service), "-o", "pid,uid"], stack.folder).splitlines()[1:]
    assert users
    assert all(line.split()[1] != "0" for line in users)


def test_each_service_is_a_user_of_its_own(stack: Stack) -> None:
    users = {name: stack.inspect(name)["Config"]["User"] for name in (*SERVICES, *ONCE)}
    assert users["transcriber"] == users["model"] == "10002"
    assert users["consumer"] == users["doctor"] == users["migrate"] == "10001"
    assert users["postgres"] not in ("", "0", "root")
    assert users["aws"] not in ("", "0", "root")


@pytest.mark.parametrize("service", [*SERVICES, *ONCE])
def test_the_file_system_is_read_only_and_memory_and_processes_are_bounded(stack: Stack, service: str) -> None:
    limits = stack.inspect(service)["HostConfig"]
    assert limits["ReadonlyRootfs"]
    assert limits["Memory"] > 0
    assert limits["PidsLimit"] > 0


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_can_be_written_beside_the_volumes(stack: Stack, service: str) -> None:
    with pytest.raises(ComposeFailed, match="Read-only file system"):
        stack.compose("exec", "-T", service, "touch", "/written")


def test_the_doctor_finds_everything_well(stack: Stack) -> None:
    assert "BAD" not in stack.compose("exec", "-T", "consumer", "lectern", "doctor")


def test_a_newer_yt_dlp_has_a_place(stack: Stack) -> None:
    asked = "import os; print(os.access(os.environ['YTDLP_OVERLAY_DIR'], os.W_OK))"
    assert stack.python("consumer", asked).strip() == "True"


def test_readiness_says_where_the_model_came_from(stack: Stack) -> None:
    asked = "import json, urllib.request as r; print(json.load(r.urlopen('http://127.0.0.1:8000/health/ready'))['model_origin'])"
    assert stack.python("transcriber", asked).strip() == "mounted"


def test_cookies_are_mounted_for_reading_where_a_file_is_named(stack: Stack) -> None:
    cookies = stack.folder / "my-cookies.txt"
    cookies.write_text("# Netscape HTTP Cookie File")
    shown = "import os; print(open(os.environ['YTDLP_COOKIES_FILE']).read(), os.access('/cookies.txt', os.W_OK))"
    command = ("run", "--rm", "--no-deps", "-T", "--entrypoint", "python", "consumer", "-c", shown)
    assert "# Netscape HTTP Cookie File False" in stack.compose(*command, settings={"COOKIES": str(cookies)})
    with pytest.raises(ComposeFailed, match="no-such-file"):
        stack.compose(*command, settings={"COOKIES": "/no-such-file"})
