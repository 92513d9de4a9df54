"""The quoted words as sound."""

from pathlib import Path

from consumer.export.decks.sounds import BEFORE_S, quoted_sounds
from consumer.material import StudyMaterial
from consumer.models import Audio, Source
from consumer.pipeline.audio import make_mp3
from infra.sandbox.paths import LECTURE
from tests.support.consumer.study_page import MATERIAL

ALONE = StudyMaterial(provider="anthropic", model="m", cards=MATERIAL.cards[:2], quiz=())


async def test_each_note_has_its_own_seconds_beginning_with_a_whole_frame(tmp_path: Path) -> None:
    audio = await make_mp3(Source(LECTURE, "A lecture"), tmp_path / "audio.mp3", lambda _: None)
    sounds = quoted_sounds(audio, ALONE)
    assert set(sounds) == {"c1", "c2"}
    assert all(sound.startswith(b"\xff\xfb") for sound in sounds.values())
    bytes_a_second = audio.path.stat().st_size / audio.duration_s
    first, second = MATERIAL.cards[0].proof, MATERIAL.cards[1].proof
    assert first.end_s is not None
    assert abs(len(sounds["c1"]) / bytes_a_second - (first.end_s + 0.4)) < 0.1
    at_s = audio.path.read_bytes().find(sounds["c2"]) / bytes_a_second
    assert second.start_s - BEFORE_S <= at_s < second.start_s


def test_what_is_no_mp3_has_no_sounds(tmp_path: Path) -> None:
    (tmp_path / "audio.mp3").write_bytes(b"no sound")
    assert quoted_sounds(Audio(tmp_path / "audio.mp3", 9.0), ALONE) == {}
