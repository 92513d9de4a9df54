"""What is built on other people's insides: an upgrade that changes them fails here, by name, and not in a service."""

import asyncio
import inspect
import socket

import h11
import pytest
import uvicorn
from huggingface_hub import file_download
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from infra.sandbox.waiting import wait_until
from transcriber.http.connection import TimedConnection


async def nothing(_scope: object, _receive: object, _send: object) -> None:
    """An app that is never called."""


def parameters(function: object) -> set[str]:
    assert callable(function)
    return set(inspect.signature(function).parameters)


def test_a_connection_of_uvicorn_is_made_as_ours_is() -> None:
    assert parameters(H11Protocol.__init__) == parameters(TimedConnection.__init__)


@pytest.mark.parametrize(
    "name", [name for name in vars(TimedConnection) if not name.startswith("_") and name.islower()]
)
def test_uvicorn_still_calls_what_the_clocks_hang_on(name: str) -> None:
    assert parameters(vars(H11Protocol)[name]) == parameters(vars(TimedConnection)[name])


async def test_a_connection_of_uvicorn_has_what_the_clocks_look_at() -> None:
    connection = H11Protocol(uvicorn.Config(nothing), ServerState(), {})
    assert isinstance(connection.conn, h11.Connection)
    assert (connection.conn.their_state, connection.conn.trailing_data) == (h11.IDLE, (b"", False))
    assert {"transport", "loop"} <= set(vars(connection))


async def test_an_answer_does_not_wait_until_its_headers_are_acknowledged() -> None:
    made = list[TimedConnection]()

    def connection() -> TimedConnection:
        made.append(TimedConnection(uvicorn.Config(nothing), ServerState(), {}))
        return made[-1]

    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with await asyncio.get_running_loop().create_server(connection, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            await wait_until(lambda: bool(made) and bool(made[0].connections))
            accepted = made[0].transport.get_extra_info("socket")
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            writer.close()


def test_uvicorn_captures_signals_where_ours_does_not() -> None:
    assert inspect.isgeneratorfunction(inspect.unwrap(uvicorn.Server.capture_signals))
    assert "capture_signals" in inspect.getsource(uvicorn.Server.serve)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("get_hf_file_metadata", {"url"}),
        ("http_get", {"url", "temp_file", "resume_size", "headers", "expected_size"}),
        ("build_hf_headers", set[str]()),
        ("repo_folder_name", {"repo_id", "repo_type"}),
    ],
)
def test_the_hub_s_client_takes_what_a_resumed_download_gives_it(name: str, given: set[str]) -> None:
    assert given <= parameters(getattr(file_download, name))
