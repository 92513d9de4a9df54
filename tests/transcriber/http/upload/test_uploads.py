"""From the socket to the file: what is kept, what is refused, what happens when the disk is full."""

import hashlib
import os
from pathlib import Path

import pytest

from tests.support.transcriber.fake_service import served
from transcriber import errors
from transcriber.http.upload.multipart import Form
from transcriber.http.upload.spool import PREFIX, clear, spool
from transcriber.http.upload.uploads import File, Upload

PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'


class Kept:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    def finish(self) -> None:
        self.data += b"|"


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_form_reads_the_same_however_it_is_cut(size: int) -> None:
    body = PART % (b"language", b"en") + PART % (b"file", b"\r\n--not the end--\r\n") + PART % (b"a", b"1") + b"--b--"
    sink, fields = Kept(), dict[str, list[str]]()
    form = Form(b"b", sink, fields)
    for start in range(0, len(body), size):
        form.write(body[start : start + size])
    form.finish()
    assert (sink.data, fields) == (b"\r\n--not the end--\r\n|", {"language": ["en"], "a": ["1"]})


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "no field named file"),
        (b"not a form", "the form cannot be read"),
        (PART % (b"file", b"x"), "cut short"),
        (PART % (b"file", b"x") + PART % (b"file", b"y") + b"--b--", "two fields named file"),
        (PART % (b"a", b"x" * 10_001) + b"--b--", "field 'a' is longer than 10000 bytes"),
        (b"--b\r\nX: " + b"y" * 100_000, "the form cannot be read"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(body: bytes, says: str) -> None:
    def read() -> None:
        form = Form(b"b", Kept(), {})
        form.write(body)
        form.finish()

    with pytest.raises(errors.BadOption, match=says):
        read()


def test_a_boundary_of_nonsense_is_refused() -> None:
    with pytest.raises(errors.BadOption):
        Form(b"x" * 1000, Kept(), {})


def test_a_full_disk_is_a_refusal_for_now(tmp_path: Path) -> None:
    upload = Upload(tmp_path, {})
    upload.close()
    upload.file = Path("/dev/full").open("wb")  # noqa: SIM115 - closed below
    sink = File(upload, 1 << 30)
    sink.write(b"x")  # still in the buffer
    with pytest.raises(errors.Overloaded, match="no room left"):
        sink.finish()
    with pytest.raises(errors.Overloaded, match="no room left"):
        sink.write(b"x" * 100_000)
    upload.file.raw.close()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] - cannot be flushed


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    with Upload(tmp_path, {}) as upload:
        sink = File(upload, 100)
        sink.write(b"ab")
        sink.write(b"c")
        sink.finish()
        assert upload.path.read_bytes() == b"abc"
        assert upload.sha256 == hashlib.sha256(b"abc").hexdigest()
    assert list(tmp_path.iterdir()) == []


async def test_the_same_file_again_is_not_transcribed_again(lecture_start: bytes) -> None:
    async with served() as server:
        first = await server.post(lecture_start)
        calls = len(server.backend.calls)
        second = await server.client.post("/transcribe", content=lecture_start)
        other = await server.post(lecture_start, hotwords="gravity")
        assert first.json() == second.json()
        assert len(server.backend.calls) == calls + 1
        assert other.status_code == 200


async def test_a_query_of_thousands_of_fields_is_refused_and_costs_one_pass(lecture_start: bytes) -> None:
    async with served() as server:
        query = "&".join(f"{number:x}" for number in range(12_000))
        answer = await server.client.post(f"/transcribe?{query}", content=lecture_start)
        assert (answer.status_code, answer.json()["detail"]) == (422, "the query has more than 50 fields")
        assert server.uploads() == []


async def test_a_field_in_form_and_query_is_refused_rather_than_one_of_them_ignored(lecture_start: bytes) -> None:
    async with served() as server:
        answer = await server.client.post(
            "/transcribe?language=de", files={"file": lecture_start}, data={"language": "en"}
        )
        assert answer.status_code == 422
        assert answer.json()["detail"] == "field 'language' is in the form and in the query: send it once"


def test_a_dead_process_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    dead, young, other = tmp_path / f"{PREFIX}1-a", tmp_path / f"{PREFIX}2-b", tmp_path / "somebody-elses"
    for folder in (dead, young, other):
        folder.mkdir()
        (folder / "upload-x").write_bytes(b"x")
    for folder in (dead, other):
        os.utime(folder, (0, 0))
    clear(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([other, young])


def test_a_living_process_keeps_its_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with spool() as mine:
        os.utime(mine, (0, 0))
        with spool() as second:
            assert mine.exists()
            assert second != mine
    assert list(tmp_path.iterdir()) == []
