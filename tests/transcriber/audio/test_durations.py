"""How long a file says it is, before anything is decoded."""

import random
import wave
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.transcriber.fake_service import served
from tests.support.transcriber.media_files import FORMATS, SECONDS, convert
from transcriber.audio.durations import claimed_s
from transcriber.audio.media import Decoders
from transcriber.audio.windows import SAMPLE_RATE
from transcriber.engine.admission import PRIOR_SPEED

KNOWN = {
    **{name: options for name, options in FORMATS.items() if name not in ("a.webm", "a.mka")},
    "opus.ogg": ["-c:a", "libopus"],
    "junk.wav": ["-metadata", "title=x", "-rf64", "always"],
    "half.mp3": ["-ar", "22050", "-b:a", "32k"],
    "bare.mp3": ["-write_xing", "0", "-id3v2_version", "0", "-b:a", "64k"],
    "variable.mp3": ["-q:a", "9"],
    "quick.mp4": ["-c:a", "aac", "-movflags", "+faststart"],
    "stereo.flac": ["-ar", "96000", "-ac", "2"],
}


@pytest.fixture
def decoders() -> Generator[Decoders]:
    made = Decoders()
    yield made
    made.close()


@pytest.mark.parametrize("name", KNOWN)
def test_a_common_file_says_how_long_it_is(name: str, lecture: Path, tmp_path: Path) -> None:
    file = convert(lecture, tmp_path / name, *KNOWN[name])
    assert claimed_s(file) == pytest.approx(SECONDS, rel=0.03)


def test_joined_mp3_files_are_as_long_as_all_of_them(lecture: Path, tmp_path: Path) -> None:
    (tmp_path / "joined.mp3").write_bytes(3 * convert(lecture, tmp_path / "one.mp3").read_bytes())
    assert claimed_s(tmp_path / "joined.mp3") == pytest.approx(3 * SECONDS, rel=0.03)


def test_a_chain_of_ogg_files_does_not_say_how_long_it_is(lecture: Path, tmp_path: Path) -> None:
    one = convert(lecture, tmp_path / "one.ogg").read_bytes()
    (tmp_path / "chain.ogg").write_bytes(one + _renumbered(one))
    assert claimed_s(tmp_path / "chain.ogg") is None


def _renumbered(ogg: bytes) -> bytes:
    """The same stream under another number."""
    pages = ogg.split(b"OggS")
    return b"OggS".join([pages[0], *(page[:10] + b"abcd" + page[14:] for page in pages[1:])])


def test_other_files_say_nothing(lecture: Path, tmp_path: Path) -> None:
    assert claimed_s(lecture.with_suffix(".txt")) is None
    assert claimed_s(convert(lecture, tmp_path / "a.webm", "-c:a", "libopus")) is None
    for number, odd in enumerate((b"", b"\0\0\0\1ftyp" + b"\xff" * 100)):
        (tmp_path / f"odd{number}").write_bytes(odd)
        assert claimed_s(tmp_path / f"odd{number}") is None


def test_a_small_file_at_one_sample_a_second_is_as_long_as_it_claims(tmp_path: Path, decoders: Decoders) -> None:
    with wave.open(str(tmp_path / "one.wav"), "wb") as file:
        file.setparams((1, 2, 1, 0, "NONE", ""))
        file.writeframes(bytes(10_000))
    assert claimed_s(tmp_path / "one.wav") == pytest.approx(5000, rel=0.01)
    with decoders.open(tmp_path / "one.wav") as media:
        assert sum(map(len, media)) / SAMPLE_RATE == 5000


def test_a_streamed_wav_whose_header_knows_no_size_is_as_long_as_its_bytes(lecture: Path, tmp_path: Path) -> None:
    whole = convert(lecture, tmp_path / "a.wav").read_bytes()
    at = whole.index(b"data") + 4
    (tmp_path / "streamed.wav").write_bytes(whole[:at] + b"\xff" * 4 + whole[at + 4 :])
    assert claimed_s(tmp_path / "streamed.wav") == pytest.approx(SECONDS, rel=0.03)


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.flac", "a.ogg", "a.wav"])
def test_damaged_files_break_nothing(name: str, lecture: Path, tmp_path: Path) -> None:
    whole, chance, broken = convert(lecture, tmp_path / name).read_bytes(), random.Random(1), tmp_path / "broken"
    for _ in range(300):
        damaged = bytearray(whole[: chance.randrange(1, 5000)])
        for _ in range(chance.randrange(20)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        broken.write_bytes(damaged)
        assert (claimed_s(broken) or 1) > 0


async def test_an_eta_is_of_the_file_s_seconds_not_of_its_bytes(lecture: Path, tmp_path: Path) -> None:
    large = convert(lecture, tmp_path / "a.wav", "-ar", "48000", "-ac", "2", seconds=100).read_bytes()
    async with served(model_workers=1) as server:
        answer = await server.post(large, format="ndjson")
    assert len(large) > 10_000_000
    assert float(answer.headers["x-eta-seconds"]) == pytest.approx(100 / PRIOR_SPEED["cpu"], rel=0.1)
