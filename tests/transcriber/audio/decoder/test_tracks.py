"""Which uploads are read, and what is said of the others and of what is damaged in them."""

from pathlib import Path

import pytest

from tests.support.transcriber.decoding import decode
from tests.support.transcriber.media_files import damaged, tone
from transcriber import errors


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.au", "pcm_mulaw"), ("a.wv", "wavpack"), ("a.eac3", "eac3"), ("a.dts", "dca"), ("a.tta", "tta")],
)
def test_a_format_that_is_not_taken_is_not_called_damaged(name: str, codec: str, tmp_path: Path) -> None:
    file = tone(tmp_path / name, 440, "-c:a", codec, "-strict", "-2")
    with pytest.raises(errors.NotSupported, match="not supported: convert it"):
        decode(file)


def test_an_encrypted_file_is_called_encrypted(tmp_path: Path) -> None:
    scheme = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "0" * 32, "-encryption_kid", "1" * 32]
    file = tone(tmp_path / "a.mp4", 440, "-c:a", "aac", *scheme)
    with pytest.raises(errors.NotSupported, match="encrypted"):
        decode(file)


def test_what_is_no_media_file_is_not_called_unsupported(lecture: Path) -> None:
    with pytest.raises(errors.NotAudio):
        decode(lecture.with_suffix(".txt"))


def test_packets_that_cannot_be_decoded_are_counted_and_leave_a_hole(lecture: Path, tmp_path: Path) -> None:
    found = decode(damaged(lecture, tmp_path / "a.mka", 2, 7))
    assert found.skipped_packets == pytest.approx(7 / 0.036 / 2, abs=3)
    assert found.duration_s == pytest.approx(7, abs=0.3)


def test_a_good_file_has_no_skipped_packets(lecture: Path, tmp_path: Path) -> None:
    assert decode(damaged(lecture, tmp_path / "a.mka", 1, 7)).skipped_packets == 0


def test_a_long_file_that_is_mostly_damaged_says_so(lecture: Path, tmp_path: Path) -> None:
    with pytest.raises(errors.Undecodable, match="most of the audio is damaged"):
        decode(damaged(lecture, tmp_path / "a.mka", 4, 100))


def test_a_track_that_begins_in_the_middle_of_a_file_ends_nothing(tmp_path: Path) -> None:
    file = tone(tmp_path / "a.flv", 440)
    found = decode(_with_a_tag_of_video(file))
    assert found.duration_s == pytest.approx(2, abs=0.1)
    assert not found.broke_off


def test_a_link_that_cannot_be_read_is_told_and_what_came_before_it_is_heard(tmp_path: Path) -> None:
    links = [tone(tmp_path / f"{n}.ogg", 440, "-c:a", "libvorbis").read_bytes() for n in range(2)]
    (tmp_path / "chain.ogg").write_bytes(links[0] + links[1].replace(b"\x01vorbis", b"\x01morbis"))
    found = decode(tmp_path / "chain.ogg")
    assert found.duration_s == pytest.approx(2, abs=0.1)
    assert found.broke_off


def _with_a_tag_of_video(file: Path) -> Path:
    """FLV: nine bytes, four of the size before, then tags: a kind (8 is sound, 9 is video) and three bytes of size."""
    data = bytearray(file.read_bytes())
    at = 13
    while at < len(data) / 2 or data[at] != 8:
        at += 15 + int.from_bytes(data[at + 1 : at + 4])
    data[at] = 9
    file.write_bytes(data)
    return file
