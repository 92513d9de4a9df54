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
