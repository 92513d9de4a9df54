"""Files as recorders and converters leave them: nothing in them is lost, moved, or called damaged when it is not."""

import wave
from pathlib import Path

import pytest

from tests.support.speech.ear import Ear
from tests.support.speech.recordings import JFK, SPOILT, Recording, shared
from tests.support.words import word_error_rate

pytestmark = [pytest.mark.speech, pytest.mark.timeout(600)]

RARE = ["phone.au", "speech.wv", "speech.eac3"]


@pytest.mark.parametrize("recording", SPOILT, ids=str)
async def test_everything_in_it_is_heard(ear: Ear, recording: Recording) -> None:
    heard = await ear.hear(shared(recording.file), **recording.options)
    assert word_error_rate(recording.text, heard.text) <= recording.wrong, heard.text


async def test_joined_files_last_as_long_as_both(ear: Ear) -> None:
    heard = await ear.hear(shared("rate_change_44k_48k.mp3"))
    assert heard.duration_s == pytest.approx(18.15, abs=0.2)


async def test_a_sentence_after_a_long_silence_has_its_own_time(ear: Ear) -> None:
    heard = await ear.hear(shared("bonjour_silence30_bonjour.flac"), language="fr")
    assert heard.segments[0].start < 1
    assert [segment.text for segment in heard.segments if 4 < segment.end < 32.5] == []
    assert min(segment.start for segment in heard.segments if segment.start > 30) == pytest.approx(33, abs=1)


async def test_a_hole_in_the_clock_moves_nothing_after_it(ear: Ear) -> None:
    heard = await ear.hear(shared("hole20.webm"), word_timestamps="true")
    assert heard.duration_s == pytest.approx(31, abs=0.2)
    assert word_error_rate(JFK, heard.text) <= 0.05
    words = [word for segment in heard.segments for word in segment.words or ()]
    assert [word.word for word in words if 6 < word.end < 24] == []
    assert next(word.start for word in words if word.start > 20) == pytest.approx(25.2, abs=1)


@pytest.mark.parametrize("file", RARE)
async def test_a_rare_format_is_heard_or_said_to_be_one(ear: Ear, file: str) -> None:
    answer = await ear.post(shared(file))
    if answer.status_code == 200:
        assert word_error_rate(JFK, answer.json()["text"]) <= 0.1
    else:
        assert "not supported" in answer.json()["detail"]
        assert "convert" in answer.json()["detail"]


async def test_an_encrypted_file_is_said_to_be_one(ear: Ear) -> None:
    assert "encrypted" in (await ear.refuses(shared("encrypted.mp4"))).detail


async def test_silence_has_no_language(ear: Ear, tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(bytes(32000 * 5))
    heard = (await ear.post(path)).json()
    assert (heard["text"], heard["language"], heard["language_probability"]) == ("", None, 0)
