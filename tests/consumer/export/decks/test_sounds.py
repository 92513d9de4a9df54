"""The quoted words as sound."""

from pathlib import Path

from consumer.export.decks.sounds import BEFORE_S, quoted_sounds
from consumer.material import StudyMaterial
from consumer.models import Audio
from infra.sandbox.paths import LECTURE
from tests.support.consumer.study_page import MATERIAL

LECTURE_S = 103.735
ALONE = StudyMaterial(provider="anthropic", model="m", cards=MATERIAL.cards[:2], quiz=())


def test_each_note_has_its_own_seconds_beginning_with_a_whole_frame() -> None:
    sounds = quoted_sounds(Audio(LECTURE, LECTURE_S), ALONE)
    assert set(sounds) == {"c1", "c2"}
    assert all(sound.startswith(b"\xff\xfb") for sound in sounds.values())
    bytes_a_second = LECTURE.stat().st_size / LECTURE_S
    first = MATERIAL.cards[0].proof
    assert first.end_s is not None
    assert abs(len(sounds["c1"]) / bytes_a_second - (first.end_s + 0.4)) < 0.1
    assert LECTURE.read_bytes().find(sounds["c2"]) / bytes_a_second >= MATERIAL.cards[1].proof.start_s - BEFORE_S


def test_what_is_no_mp3_has_no_sounds(tmp_path: Path) -> None:
    (tmp_path / "audio.mp3").write_bytes(b"no sound")
    assert quoted_sounds(Audio(tmp_path / "audio.mp3", 9.0), ALONE) == {}
