"""A multipart form, parsed while it streams in: one file, some short fields. The file's own name is never looked at."""

from typing import Any, cast

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from transcriber import errors
from transcriber.http.upload.content_encoding import Sink

MAX_FIELD_BYTES = 10_000
MAX_FIELDS = 50
MAX_OVERHEAD_BYTES = MAX_FIELDS * MAX_FIELD_BYTES  # what a form may hold besides the file
MAX_PREAMBLE_BYTES = (
    10_000  # what may stand before the first boundary: https://www.rfc-editor.org/rfc/rfc2046#section-5.1
)
NO_BOUNDARY = "the form cannot be read: the boundary that Content-Type names is not in it"
LONG_FIELDS = ("prompt", "initial_prompt")  # of these the end counts, as of every prompt of Whisper's


class Form:
    """Writes the part named `file_field` to `file` and collects the other parts in `fields`; raises BadOption."""

    def __init__(self, boundary: bytes, file: Sink, fields: dict[str, list[str]], file_field: str = "file") -> None:
        self._file = file
        self._fields = fields
        self._file_field = file_field
        self._delimiter = b"--" + boundary
        self._preamble: bytearray | None = bytearray()
        self._other_file = ""
        self._seen_file = False
        self._complete = False
        self._parts = 0
        self._header_name, self._header_value = bytearray(), bytearray()
        self._name = ""
        self._value = bytearray()
        callbacks: dict[str, object] = {
            "on_part_begin": self._begin,
            "on_header_begin": self._header_begins,
            "on_header_field": self._header_named,
            "on_header_value": self._header_valued,
            "on_header_end": self._header_ends,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._completed,
        }
        try:
            self._parser = MultipartParser(boundary, cast("Any", callbacks))
        except FormParserError as error:
            raise errors.BadOption(f"the form cannot be read: {error}") from error

    def write(self, data: bytes) -> None:
        """Some bytes of the body."""
        try:
            self._parser.write(self._without_preamble(data))
        except FormParserError as error:
            raise errors.BadOption(f"the form cannot be read: {error}") from error

    def finish(self) -> None:
        """The body is whole."""
        if self._preamble:
            raise errors.BadOption(NO_BOUNDARY)
        if self._other_file and not self._seen_file:
            raise self._misnamed()
        if not self._seen_file:
            name = self._file_field
            raise errors.BadOption(f"the form has no field named {name}: curl -F {name}=@talk.mp3")
        if not self._complete:
            raise errors.BadOption("the form ends before its last boundary: it was cut short")
        self._file.finish()

    def _without_preamble(self, data: bytes) -> bytes:
        """The body from its first boundary on, which stands at the beginning of a line."""
        if self._preamble is None:
            return data
        self._preamble += data
        at = (b"\r\n" + self._preamble).find(b"\r\n" + self._delimiter)
        if at >= 0:
            begun, self._preamble = bytes(self._preamble[at:]), None
            return begun
        if len(self._preamble) > MAX_PREAMBLE_BYTES:
            raise errors.BadOption(NO_BOUNDARY)
        return b""

    def _misnamed(self) -> errors.BadOption:
        wanted, other = self._file_field, self._other_file[:40]
        return errors.BadOption(f"the file must be named {wanted!r}, not {other!r}: curl -F {wanted}=@talk.mp3")

    def _completed(self) -> None:
        self._complete = True

    def _begin(self) -> None:
        self._name, self._value = "", bytearray()
        self._parts += 1
        if self._parts > MAX_FIELDS:
            raise errors.BadOption(f"the form has more than {MAX_FIELDS} fields")

    def _header_begins(self) -> None:
        self._header_name, self._header_value = bytearray(), bytearray()

    def _header_named(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _header_valued(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_ends(self) -> None:
        if bytes(self._header_name).lower() != b"content-disposition":
            return
        _, options = parse_options_header(bytes(self._header_value))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if self._is_file and self._seen_file:
            raise errors.BadOption(f"the form has two fields named {self._name}: send one file a request")
        self._seen_file = self._seen_file or self._is_file
        if b"filename" in options and not self._is_file:
            self._other_file = self._name

    @property
    def _is_file(self) -> bool:
        return self._name == self._file_field

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._file.write(data[start:end])
            return
        self._value += data[start:end]
        if len(self._value) <= MAX_FIELD_BYTES:
            return
        if self._name in LONG_FIELDS:
            del self._value[:-MAX_FIELD_BYTES]
            return
        if self._name == self._other_file:
            raise self._misnamed()
        raise errors.BadOption(f"field {self._name[:40]!r} is longer than {MAX_FIELD_BYTES} bytes")

    def _end(self) -> None:
        if not self._is_file:
            self._fields.setdefault(self._name, []).append(self._value.decode("utf-8", "replace"))
