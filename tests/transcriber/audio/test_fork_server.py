"""Decoders are forked off one process: what is shared, what is not, and what becomes of them when one of both dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from tests.support.transcriber.watching import Left, left_behind
from transcriber import errors
from transcriber.audio.fork_server import ForkServer
from transcriber.audio.media import Decoders


@pytest.fixture
def server() -> Generator[ForkServer]:
    made = ForkServer(answer_wait_s=10)
    yield made
    made.close()


@pytest.fixture
def decoders(server: ForkServer) -> Decoders:
    return Decoders(server)


def seconds(decoders: Decoders, file: Path) -> int:
    with decoders.open(file) as media:
        return round(sum(len(block) for block in media) / 16_000)


def test_each_upload_has_a_process_of_its_own(server: ForkServer, decoders: Decoders, lecture: Path) -> None:
    with decoders.open(lecture) as one, decoders.open(lecture) as other:
        assert one.pid != other.pid
        assert {child.pid for child in psutil.Process(server.pid).children()} == {one.pid, other.pid}
        assert len(next(one)) == len(next(other))
    assert not psutil.Process(server.pid).children()


def test_a_decoder_knows_nothing_of_the_environment(decoders: Decoders, lecture: Path) -> None:
    with decoders.open(lecture) as media:
        assert not psutil.Process(media.pid).environ()


def test_a_decoder_holds_its_upload_and_its_own_socket_alone(decoders: Decoders, lecture: Path) -> None:
    with decoders.open(lecture) as other, decoders.open(lecture) as media:
        next(other)
        next(media)
        links = [str(entry.readlink()) for entry in Path(f"/proc/{media.pid}/fd").iterdir()]
        assert sum(link.startswith("socket:") for link in links) == 1
        assert sum(link == str(lecture) for link in links) == 1


def test_a_decoder_takes_a_few_megabytes_beside_what_all_share(decoders: Decoders, lecture: Path) -> None:
    with decoders.open(lecture) as media:
        next(media)
        assert psutil.Process(media.pid).memory_full_info().uss < 16 << 20


def test_a_fork_server_that_died_is_replaced_and_the_log_says_so(
    server: ForkServer, decoders: Decoders, lecture: Path
) -> None:
    first = psutil.Process(server.pid)
    first.kill()
    with capture_logs() as lines:
        assert seconds(decoders, lecture) == 104
    assert [(line["event"], line["code"]) for line in lines] == [("fork_server.died", -signal.SIGKILL)]
    assert server.pid != first.pid


def test_a_file_under_way_outlives_the_fork_server(server: ForkServer, decoders: Decoders, lecture: Path) -> None:
    with decoders.open(lecture) as media:
        heard = len(next(media))
        forks = psutil.Process(server.pid)
        forks.kill()
        forks.wait(10)
        assert heard + sum(len(block) for block in media) > 100 * 16_000


def test_a_decoder_that_crashes_after_its_fork_server_costs_only_its_file(
    server: ForkServer, decoders: Decoders, lecture: Path
) -> None:
    with decoders.open(lecture) as media:
        for process in (psutil.Process(server.pid), psutil.Process(media.pid)):
            process.kill()
            process.wait(10)
        with pytest.raises(errors.Undecodable, match="crashed"):
            list(media)
    assert seconds(decoders, lecture) == 104


def test_a_fork_server_that_hangs_is_replaced(server: ForkServer, decoders: Decoders, lecture: Path) -> None:
    assert seconds(decoders, lecture) == 104
    hung = psutil.Process(server.pid)
    hung.suspend()
    assert seconds(decoders, lecture) == 104
    assert not hung.is_running()


def test_closing_ends_files_that_are_still_open(lecture: Path) -> None:
    before, decoders = Left.now(), Decoders()
    with decoders.open(lecture) as media:
        next(media)
        os.kill(media.pid, signal.SIGSTOP)
        decoders.close()
        assert not psutil.pid_exists(media.pid)
    assert left_behind(before) == Left()


def test_decoders_that_hang_do_not_outlive_a_service_that_is_killed(lecture: Path) -> None:
    code = (
        "import os, signal, sys, pathlib; from transcriber.audio.media import Decoders\n"
        "media = Decoders().open(pathlib.Path(sys.argv[1])); next(media); os.kill(media.pid, signal.SIGSTOP)\n"
        "print(media.pid, flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(lecture)], stdout=subprocess.PIPE) as service:
        assert service.stdout
        decoder = psutil.Process(int(service.stdout.readline()))
        service.kill()
        decoder.wait(10)


def test_a_terminal_s_interrupt_is_for_the_service_alone(server: ForkServer, decoders: Decoders, lecture: Path) -> None:
    with decoders.open(lecture) as media:
        assert os.getpgid(media.pid) == os.getpgid(psutil.Process(server.pid).pid) != os.getpgid(0)
