"""Where a transport stream changes: what is no change, and what no reader may stumble over."""

import io
from pathlib import Path

import pytest

from tests.support.transcriber.media_files import tone
from transcriber.audio.decoder.mpegts import MOST_STARTS, PACKET_BYTES, is_stream, programs_of, starts, streams_of


@pytest.fixture
def plain(tmp_path: Path) -> bytes:
    return tone(tmp_path / "plain.ts", 400, "-f", "mpegts", "-c:a", "aac").read_bytes()


@pytest.fixture
def other(tmp_path: Path) -> bytes:
    options = ["-f", "mpegts", "-c:a", "aac", "-mpegts_start_pid", "0x300"]
    return tone(tmp_path / "other.ts", 800, *options).read_bytes()


def test_the_same_streams_again_are_no_change(plain: bytes) -> None:
    assert is_stream(plain)
    assert starts(io.BytesIO(plain * 3)) == [0]


def test_other_streams_begin_with_the_list_of_programs_before_them(plain: bytes, other: bytes) -> None:
    place = starts(io.BytesIO(plain + other + plain))
    assert len(place) == 3
    assert [len(plain) <= place[1] < len(plain) + 3 * PACKET_BYTES, place[2] > len(plain + other) - 1] == [True, True]


def test_a_file_that_changes_all_the_time_is_heard_as_it_is(plain: bytes, other: bytes) -> None:
    head = 4 * PACKET_BYTES
    assert starts(io.BytesIO((plain[:head] + other[:head]) * MOST_STARTS)) == [0]


@pytest.mark.parametrize("size", [0, 1, PACKET_BYTES, PACKET_BYTES + 3])
def test_a_file_that_ends_anywhere_is_read(plain: bytes, size: int) -> None:
    assert starts(io.BytesIO(plain[:size])) == [0]


@pytest.mark.parametrize("at", range(0, PACKET_BYTES, 7))
def test_damage_in_any_place_of_a_table_stops_nothing(plain: bytes, at: int) -> None:
    for value in (0x00, 0xFF):
        spoilt = bytearray(plain)
        for packet in range(3):
            spoilt[packet * PACKET_BYTES + at] = value
        assert starts(io.BytesIO(bytes(spoilt)))[0] == 0


def test_sections_of_another_kind_list_nothing() -> None:
    assert programs_of(b"\x42" + bytes(20)) == set()
    assert streams_of(b"\x42" + bytes(20)) == []
    assert streams_of(b"\x02\x00") == []
