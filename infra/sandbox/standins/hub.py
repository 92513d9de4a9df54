"""The model hub on loopback: one repository, whose largest file may break off, or stall, in the middle."""

import hashlib
import json
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

COMMIT = "0" * 39 + "1"
MODEL = "Systran/faster-whisper-tiny"


class HubStandin:
    """`with` it. `folder` holds the files of MODEL; `ranges` records what was asked of the largest, each time.

    That file breaks off in the middle as often as `breaks` says; with `stalls` its first answer halts there until
    `go_on` is set.
    """

    def __init__(self, folder: Path, *, breaks: int = 0, stalls: bool = False) -> None:
        self.folder, self.breaks, self.stalls = folder, breaks, stalls
        self.go_on = threading.Event()
        self.ranges: list[str] = []
        standin = self

        class Handler(BaseHTTPRequestHandler):
            """Answers for one standin."""

            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                """What a file is."""
                standin.answer(self, body=False)

            def do_GET(self) -> None:
                """A file, or what the repository holds."""
                standin.answer(self, body=True)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler, *, body: bool) -> None:
        """One request of the client library."""
        path = unquote(urlsplit(request.path).path)
        if path.startswith(f"/api/models/{MODEL}/tree/"):
            listed = [_listed(file) for file in self.folder.iterdir()]
            _send(request, 200, json.dumps(listed).encode(), {"Content-Type": "application/json"}, body=body)
            return
        if path.startswith(f"/api/models/{MODEL}"):
            names = [{"rfilename": file.name} for file in self.folder.iterdir()]
            told = {"id": MODEL, "modelId": MODEL, "sha": COMMIT, "siblings": names}
            _send(request, 200, json.dumps(told).encode(), {"Content-Type": "application/json"}, body=body)
            return
        file = self.folder / Path(path).name
        if not path.startswith(f"/{MODEL}/resolve/") or not file.is_file():
            _send(request, 404, b"", {"X-Error-Code": "RepoNotFound"}, body=body)
            return
        self._file(request, file, body=body)

    def _file(self, request: BaseHTTPRequestHandler, file: Path, *, body: bool) -> None:
        content = file.read_bytes()
        headers = {
            "ETag": f'"{hashlib.sha256(content).hexdigest()}"',
            "X-Repo-Commit": COMMIT,
            "Accept-Ranges": "bytes",
        }
        asked = request.headers.get("Range")
        if body and file.name == "model.bin":
            self.ranges.append(asked or "all")
        start = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
        if asked:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        large = body and file.name == "model.bin"
        if large and self.stalls:
            self.stalls = False
            self._stalling(request, content, headers)
            return
        half = len(content) // 2 if large and self.breaks > 0 else None
        self.breaks -= 1 if half else 0
        _send(request, 206 if asked else 200, content[start:], headers, body=body, until=half)

    def _stalling(self, request: BaseHTTPRequestHandler, content: bytes, headers: dict[str, str]) -> None:
        half = len(content) // 2
        with suppress(ConnectionError):  # whoever asked may have been killed
            _send(request, 200, content, headers, body=False)
            request.wfile.write(content[:half])
            self.go_on.wait()
            request.wfile.write(content[half:])
        request.close_connection = True


def _listed(file: Path) -> dict[str, object]:
    size, digest = file.stat().st_size, hashlib.sha256(file.read_bytes()).hexdigest()
    pointer = {"oid": digest, "size": size, "pointerSize": 134}
    return {"type": "file", "path": file.name, "size": size, "oid": digest[:40], "lfs": pointer}


def _send(
    request: BaseHTTPRequestHandler,
    status: int,
    content: bytes,
    headers: dict[str, str],
    *,
    body: bool,
    until: int | None = None,
) -> None:
    request.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(content))}.items():
        request.send_header(name, value)
    request.end_headers()
    if body:
        request.wfile.write(content[:until])
    if until is not None:
        request.wfile.flush()
        request.connection.shutdown(socket.SHUT_RDWR)
        request.close_connection = True
