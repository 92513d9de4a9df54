"""Whoever wants it is told of a job's end: signed, a few times at most, and never at a private address."""

import asyncio
import base64
import hashlib
import hmac
import shutil
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.clients.jobs import posted
from tests.support.transcriber.clients.receiver import Receiver, receiving
from tests.support.transcriber.fake_service import Served, served
from transcriber.errors import BadOption, ConfigError
from transcriber.http.jobs.addresses import NoAddress, is_public, resolved, target
from transcriber.http.jobs.webhooks import Webhooks
from transcriber.metrics.prometheus import Metrics
from transcriber.settings import Settings, read_settings

SECRET = "whsec_" + base64.b64encode(b"a key of many bytes").decode()


def anywhere(_: str) -> bool:
    """Loopback too."""
    return True


@asynccontextmanager
async def calling(receiver: Receiver, folder: Path | None = None) -> AsyncGenerator[Served]:
    """A service that may call the receiver; its jobs are kept in `folder`, where another left some perhaps."""
    async with served(webhook_hosts="localhost", webhook_secret=SECRET, result_dir=str(folder or "")) as server:
        hooks = server.service.jobs.webhooks
        hooks.is_allowed, hooks.verify = anywhere, receiver.trusts
        yield server


@asynccontextmanager
async def telling(name: str = "localhost") -> AsyncGenerator[tuple[Served, Receiver, str]]:
    """A service that may call a receiver on loopback, the receiver, and a webhook there."""
    async with receiving(name) as receiver, calling(receiver) as server:
        server.service.jobs.webhooks.waits_s = (0.01, 0.01)
        yield server, receiver, f"https://localhost:{receiver.port}/done?id=7"


async def test_a_job_that_is_done_is_told_with_a_signature_and_without_its_text(lecture_start: bytes) -> None:
    async with telling() as (server, receiver, webhook):
        address = await posted(server, lecture_start, webhook=webhook)
        await wait_until(lambda: len(receiver.told) == 1)
        (told,) = receiver.told
        assert (told.path, told.headers["host"]) == ("/done?id=7", f"localhost:{receiver.port}")
        assert told.event["type"] == "job.done"
        assert (told.event["data"]["state"], f"/jobs/{told.event['data']['id']}") == ("done", address)
        assert "Window" not in told.body.decode()
        signed = f"{told.headers['webhook-id']}.{told.headers['webhook-timestamp']}.".encode() + told.body
        expected = base64.b64encode(hmac.new(b"a key of many bytes", signed, hashlib.sha256).digest()).decode()
        assert told.headers["webhook-signature"] == f"v1,{expected}"
        assert abs(int(told.headers["webhook-timestamp"]) - time.time()) < 60
        await wait_until(lambda: server.metric("webhooks_total", outcome="told") == 1)


async def test_a_job_that_failed_is_told_with_its_problem(lecture: Path) -> None:
    async with telling() as (server, receiver, webhook):
        await posted(server, lecture.with_suffix(".txt").read_bytes(), webhook=webhook)
        await wait_until(lambda: len(receiver.told) == 1)
        event = receiver.told[0].event
        assert (event["type"], event["data"]["problem"]["status"]) == ("job.failed", 415)


async def test_a_receiver_in_trouble_is_tried_again_under_the_same_id(lecture_start: bytes) -> None:
    async with telling() as (server, receiver, webhook):
        receiver.statuses = [500, 302]  # a redirection is not followed: it may lead anywhere
        await posted(server, lecture_start, webhook=webhook)
        await wait_until(lambda: server.metric("webhooks_total", outcome="told") == 1)
        assert len({told.headers["webhook-id"] for told in receiver.told}) == 1
        assert [told.path for told in receiver.told] == ["/done?id=7"] * 3


@pytest.mark.parametrize(("statuses", "tries"), [([503] * 9, 3), ([410], 1)])
async def test_it_is_given_up_in_the_end(lecture_start: bytes, statuses: list[int], tries: int) -> None:
    async with telling() as (server, receiver, webhook):
        receiver.statuses = statuses
        await posted(server, lecture_start, webhook=webhook)
        await wait_until(lambda: server.metric("webhooks_total", outcome="given_up") == 1)
        assert len(receiver.told) == tries


async def test_a_certificate_for_another_name_is_not_believed(lecture_start: bytes) -> None:
    async with telling("other.example") as (server, receiver, webhook):
        await posted(server, lecture_start, webhook=webhook)
        await wait_until(lambda: server.metric("webhooks_total", outcome="given_up") == 1)
        assert receiver.told == []


async def test_a_private_address_is_never_called(lecture_start: bytes) -> None:
    async with telling() as (server, receiver, webhook):
        server.service.jobs.webhooks.is_allowed = is_public
        await posted(server, lecture_start, webhook=webhook)
        await wait_until(lambda: server.metric("webhooks_total", outcome="given_up") == 1)
        assert receiver.told == []


async def test_a_job_that_a_stop_ends_is_told_before_the_process_ends(lecture: Path) -> None:
    async with telling() as (server, receiver, webhook):
        server.backend.unblocked.clear()
        await posted(server, lecture.read_bytes(), webhook=webhook)
        hurry = asyncio.Event()
        hurry.set()
        await server.service.drain(hurry)
        assert [told.event["data"]["problem"]["type"] for told in receiver.told] == ["urn:lectern:Draining"]


async def test_a_job_that_a_kill_cut_off_is_told_by_the_next_process(lecture: Path, tmp_path: Path) -> None:
    async with receiving() as receiver:
        async with calling(receiver, tmp_path / "first") as server:
            server.backend.unblocked.clear()
            webhook = f"https://localhost:{receiver.port}/done"
            address = await posted(server, lecture.read_bytes(), webhook=webhook)
            shutil.copytree(tmp_path / "first", tmp_path / "as_killed")
        receiver.told.clear()
        async with calling(receiver, tmp_path / "as_killed"):
            await wait_until(lambda: len(receiver.told) == 1)
        (told,) = receiver.told
        assert f"/jobs/{told.event['data']['id']}" == address
        assert (told.event["type"], told.event["data"]["problem"]["type"]) == ("job.failed", "urn:lectern:CutOff")


async def test_a_job_that_was_done_when_a_kill_came_before_its_webhook_is_told_by_the_next_process_once(
    lecture_start: bytes, tmp_path: Path
) -> None:
    async with receiving() as receiver:
        async with calling(receiver, tmp_path / "first") as server:
            receiver.statuses = [503]
            await posted(server, lecture_start, webhook=f"https://localhost:{receiver.port}/done")
            await wait_until(lambda: len(receiver.told) == 1)
            shutil.copytree(tmp_path / "first", folder := tmp_path / "as_killed")
        receiver.told.clear()
        async with calling(receiver, folder) as server:
            await wait_until(lambda: server.metric("webhooks_total", outcome="told") == 1)
            (told,) = receiver.told
            result = await server.client.get(f"/jobs/{told.event['data']['id']}/result")
            assert (told.event["type"], result.status_code) == ("job.done", 200)
        async with calling(receiver, folder):
            pass  # a stop sends whatever waits
        assert len(receiver.told) == 1


async def test_what_a_stop_could_not_tell_is_told_by_the_next_process_under_the_same_id(
    lecture_start: bytes, tmp_path: Path
) -> None:
    async with receiving() as receiver:
        receiver.statuses = [503, 503]
        async with calling(receiver, tmp_path) as server:
            await posted(server, lecture_start, webhook=f"https://localhost:{receiver.port}/done")
            await wait_until(lambda: len(receiver.told) == 1)
        assert server.metric("webhooks_total", outcome="given_up") == 0
        async with calling(receiver, tmp_path) as server:
            await wait_until(lambda: server.metric("webhooks_total", outcome="told") == 1)
        assert len(receiver.told) == 3
        assert len({told.headers["webhook-id"] for told in receiver.told}) == 1


async def test_what_was_given_up_is_not_told_by_the_next_process(lecture_start: bytes, tmp_path: Path) -> None:
    async with receiving() as receiver:
        receiver.statuses = [410]
        async with calling(receiver, tmp_path) as server:
            await posted(server, lecture_start, webhook=f"https://localhost:{receiver.port}/done")
            await wait_until(lambda: server.metric("webhooks_total", outcome="given_up") == 1)
        async with calling(receiver, tmp_path):
            pass
        assert len(receiver.told) == 1


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *(
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "224.0.0.1",
            "ff02::1",
            "2002:7f00:1::",
            "64:ff9b:1::1",
            "64:ff9b::a00:1",
        ),
    ],
)
def test_an_address_that_is_not_of_the_public_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_one_of_the_public_internet_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://hook.example/", "https://user@hook.example/", "https://hook.example.evil.example/", "ftp://x"),
        *("https://other.example/", "https://hook.example:port/", "https://[::1", "hook.example", "https:///x"),
    ],
)
def test_a_webhook_is_https_at_a_host_that_is_named(url: str) -> None:
    with pytest.raises(BadOption, match="webhook: "):
        target(url, ("hook.example",))


def test_case_and_port_are_the_receiver_s() -> None:
    assert target("https://Hook.Example:8443/a?b=c", ("hook.example",)).port == 8443


async def test_a_name_without_an_address_is_said() -> None:
    with pytest.raises(NoAddress, match="has no address"):
        await resolved(target("https://nowhere.invalid/", ("nowhere.invalid",)), is_public)


def test_hosts_without_a_secret_are_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_HOSTS", "hook.example")
    with pytest.raises(ConfigError, match=r"^WEBHOOK_HOSTS='hook.example': .*set webhook_secret too$"):
        read_settings()


def test_a_secret_that_says_it_is_base64_must_be() -> None:
    settings = Settings.model_validate({"webhook_secret": "whsec_?"})
    with pytest.raises(ConfigError, match="must be base64"):
        Webhooks(settings, Metrics())
