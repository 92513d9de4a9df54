"""An upload's way to a temporary file: multipart or raw body, counted and hashed as it comes, never held in memory."""

import asyncio
import errno
import hashlib
import re
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Self, cast

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect

from transcriber import errors
from transcriber.http.upload.content_encoding import Sink, unpacked
from transcriber.http.upload.fields import Asked
from transcriber.http.upload.multipart import MAX_FIELDS, MAX_OVERHEAD_BYTES, Form

MIN_BYTES_A_SECOND = 1000
MAX_WAITED_S = 2 * 3600.0  # 2 GB at 2.4 Mbit/s
PIECE_BYTES = 1 << 18  # handed to a thread at a time: hashing and a slow disk must not hold the event loop
DISK_RETRY_S, FILES_RETRY_S = 30.0, 5.0
# A body of this type may be a file, since curl --data-binary calls every file so; a form begins with a field's name.
URL_ENCODED, FIRST_FIELD = b"application/x-www-form-urlencoded", re.compile(rb"[A-Za-z_]{1,40}(%5B%5D|\[\])?=")
SEND_A_FORM = (
    "send the file as multipart/form-data (curl -F file=@talk.mp3) or as the body (curl --data-binary @talk.mp3)"
)
# RIFF with sizes that nobody knows yet: format, channels, rate, bytes a second, bytes a sample, bits
STREAMED_WAV = struct.pack(
    "<4sI8sIHHIIHH4sI", b"RIFF", 0xFFFFFFFF, b"WAVEfmt ", 16, 1, 1, 16_000, 32_000, 2, 16, b"data", 0xFFFFFFFF
)


@dataclass(frozen=True)
class UploadLimits:
    """How many bytes may come; how long a client may send less than `MIN_BYTES_A_SECOND`, and how long it may take."""

    max_bytes: int
    stall_s: float
    max_waited_s: float = MAX_WAITED_S


class Upload(Asked):
    """The file and the fields of one request. `close` it, or use it as a context manager: that removes the file."""

    def __init__(self, folder: Path, fields: dict[str, list[str]]) -> None:
        self.file = cast("IO[bytes]", NamedTemporaryFile(dir=folder, prefix="upload-"))  # noqa: SIM115 - close does it
        super().__init__(fields)
        self.sha256 = ""
        self.bytes = 0

    @property
    def path(self) -> Path:
        """Where the bytes are, until the upload is closed."""
        return Path(self.file.name)

    def close(self) -> None:
        """Remove the file; safe to call twice."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def receive(
    request: Request, folder: Path, limits: UploadLimits, file_field: str = "file", *, is_pcm: bool = False
) -> Upload:
    """Everything a request sends; of a form, the file is the part named `file_field`.

    With `is_pcm` the file is bare samples, 16 kHz mono in 16 bits, and gets the header that makes it a WAV.
    Raises EmptyUpload, TooLarge, UploadTimeout, BadOption, Overloaded where the disk is full, or Cancelled.
    """
    most_bytes = limits.max_bytes + MAX_OVERHEAD_BYTES
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > most_bytes:
        raise too_large(limits.max_bytes)
    query = query_of(request)
    upload = _opened(folder)
    try:
        sink = _sink(request, upload, limits.max_bytes, file_field, STREAMED_WAV if is_pcm else b"")
        encoding = request.headers.get("content-encoding", "")
        sink = unpacked(encoding, sink, most_bytes, too_large(limits.max_bytes))
        await _poured(_pieces(_chunks(request, limits)), sink, limits.max_bytes)
        _join(upload.fields, query)
    except BaseException:
        upload.close()
        raise
    return upload


def _opened(folder: Path) -> Upload:
    try:
        return Upload(folder, {})
    except OSError as error:
        raise _unwritten(error) from error


async def _poured(pieces: AsyncIterator[bytes], sink: Sink, max_bytes: int) -> None:
    left = max_bytes + MAX_OVERHEAD_BYTES
    async for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise too_large(max_bytes)
        await asyncio.to_thread(sink.write, piece)
    await asyncio.to_thread(sink.finish)


def query_of(request: Request) -> dict[str, list[str]]:
    """The query's fields. Raises BadOption where there are more than anybody needs."""
    sent = request.query_params.multi_items()
    if len(sent) > MAX_FIELDS:
        raise errors.BadOption(f"the query has more than {MAX_FIELDS} fields")
    fields = dict[str, list[str]]()
    for name, value in sent:
        fields.setdefault(name, []).append(value)
    return fields


def _join(fields: dict[str, list[str]], query: dict[str, list[str]]) -> None:
    """One place for each field: which of two would win is anybody's guess. Raises BadOption."""
    if both := fields.keys() & query.keys():
        raise errors.BadOption(f"field {min(both)[:40]!r} is in the form and in the query: send it once")
    fields.update(query)


def too_large(max_bytes: int) -> errors.TooLarge:
    """What the client is told, with the limit."""
    return errors.TooLarge(f"the upload is larger than the {max_bytes / 1e6:.6g} MB allowed")


async def _chunks(request: Request, limits: UploadLimits) -> AsyncIterator[bytes]:
    """The body as it comes, as long as it comes fast enough; only time spent waiting for the client counts."""
    stream, received, slow_s, waited_s = request.stream(), 0, 0.0, 0.0
    while True:
        began = time.monotonic()
        slow_left_s, left_s = limits.stall_s - slow_s, limits.max_waited_s - waited_s
        try:
            async with asyncio.timeout(min(slow_left_s, left_s)):
                chunk = await anext(stream, None)
        except TimeoutError:
            if left_s < slow_left_s:
                raise errors.UploadTimeout(f"an upload may take {limits.max_waited_s / 3600:.2g} hours") from None
            raise errors.UploadTimeout(f"{received} bytes in {limits.stall_s:g} s are too slow") from None
        except ClientDisconnect:
            raise errors.Cancelled("the client left while it sent the file") from None
        if chunk is None:
            return
        took_s = time.monotonic() - began
        received, slow_s, waited_s = received + len(chunk), slow_s + took_s, waited_s + took_s
        if received >= MIN_BYTES_A_SECOND * limits.stall_s:
            received, slow_s = 0, 0.0
        yield chunk


async def _pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        if len(held) >= PIECE_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _sink(request: Request, upload: Upload, max_bytes: int, file_field: str, head: bytes) -> "File | Form":
    content_type, options = parse_options_header(request.headers.get("content-type", ""))
    if content_type == b"application/json":
        raise errors.BadOption(f"the body is JSON: {SEND_A_FORM}")
    if content_type != b"multipart/form-data":
        return File(upload, max_bytes, head, may_be_form=content_type == URL_ENCODED)
    boundary = options.get(b"boundary")
    if not boundary:
        raise errors.BadOption("multipart/form-data without a boundary")
    return Form(boundary, File(upload, max_bytes, head), upload.fields, file_field)


class File:
    """Where the file's bytes go, from the body or from a form's part; `head` is written before them."""

    def __init__(self, upload: Upload, max_bytes: int, head: bytes = b"", *, may_be_form: bool = False) -> None:
        self._upload = upload
        self._max_bytes = max_bytes
        self._may_be_form = may_be_form
        self._hash = hashlib.sha256(head)
        upload.file.write(head)

    def write(self, data: bytes) -> None:
        """Raises TooLarge, BadOption for a url-encoded form, and Overloaded where the disk is full."""
        if self._may_be_form and FIRST_FIELD.match(data):
            raise errors.BadOption(f"the body is a url-encoded form, which holds no file: {SEND_A_FORM}")
        self._may_be_form = False
        self._upload.bytes += len(data)
        if self._upload.bytes > self._max_bytes:
            raise too_large(self._max_bytes)
        self._hash.update(data)
        try:
            self._upload.file.write(data)
        except OSError as error:
            raise _unwritten(error) from error

    def finish(self) -> None:
        """All bytes are in. Raises EmptyUpload, and Overloaded where the disk is full."""
        if not self._upload.bytes:
            raise errors.EmptyUpload("the upload is empty: send the bytes of an audio or video file")
        try:
            self._upload.file.flush()
        except OSError as error:
            raise _unwritten(error) from error
        self._upload.sha256 = self._hash.hexdigest()


def _unwritten(error: OSError) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return errors.Overloaded("there is no room left for uploads: try again later", DISK_RETRY_S)
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return errors.Overloaded("too many files and connections are open: try again later", FILES_RETRY_S)
    return error
