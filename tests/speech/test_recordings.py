"""Recordings of people whose words are known, with nothing wrong with them."""

import pytest

from tests.support.speech.ear import Ear
from tests.support.speech.recordings import CLEAR, Recording, shared
from tests.support.words import word_error_rate

pytestmark = [pytest.mark.speech, pytest.mark.timeout(600)]

SMARTPHONE_START = (
    "C'est évident ce que dit Nicolas, mais je ne me l'étais jamais formulé comme ça. Ce qui fait la force"
)


@pytest.mark.parametrize("recording", CLEAR, ids=str)
async def test_a_clear_recording_is_heard_in_its_language(ear: Ear, recording: Recording) -> None:
    heard = await ear.hear(shared(recording.file), **recording.options)
    assert heard.language == recording.language
    assert word_error_rate(recording.text, heard.text) <= recording.wrong, heard.text


async def test_a_long_podcast_is_heard_from_its_first_word_to_its_last(ear: Ear) -> None:
    heard = await ear.hear(shared("wt_smartphone.mp3"))
    assert heard.language == "fr"
    assert word_error_rate(SMARTPHONE_START, " ".join(heard.text.split()[:19])) <= 0.4, "names are misheard"
    assert heard.segments[0].start == pytest.approx(0.4, abs=0.5)
    assert heard.segments[-1].end > 175


async def test_japanese_is_known_as_such_and_heard_to_the_end(ear: Ear) -> None:
    heard = await ear.hear(shared("wt_japanese.mp3"))
    assert heard.language == "ja"
    assert heard.segments[-1].end == pytest.approx(40, abs=1)


async def test_a_jingle_before_the_speech_gives_no_words(ear: Ear) -> None:
    heard = await ear.hear(shared("wt_radio_short.mp3"))
    assert heard.language == "fr"
    assert heard.segments[0].start > 30
    assert "BFM" in heard.text


async def test_what_a_voice_detector_is_tested_with_gives_no_invented_loop(ear: Ear) -> None:
    heard = await ear.hear(shared("silero_test.opus"))
    assert heard.duration_s == pytest.approx(8.07, abs=0.1)
    assert len(heard.text.split()) < 40
