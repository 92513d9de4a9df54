"""The quoted words as one hears them, cut from the lecture's MP3."""

from consumer.material import StudyMaterial
from consumer.models import Audio

BEFORE_S, AFTER_S = 0.3, 0.4
"""A little more than the words, so that they do not begin and end in their middle."""
UNTOLD_S, LONGEST_S = 8.0, 30.0
"""For a quote whose end nobody noted; the most that a card plays."""
FRAME = b"\xff\xfb"
"""How a frame of MPEG-1 layer III without a checksum begins (ISO 11172-3), as ours all do."""


def quoted_sounds(audio: Audio, material: StudyMaterial) -> dict[str, bytes]:
    """An MP3 for each note, by its id.

    The lecture's has one bit rate throughout, so that a second is always as many bytes, and players begin with the
    first whole frame. Raises OSError where the file cannot be read.
    """
    sounds: dict[str, bytes] = {}
    with audio.path.open("rb") as file:
        bytes_a_second = audio.path.stat().st_size / max(audio.duration_s, 0.1)
        for note in (*material.cards, *material.quiz):
            start_s = max(0.0, note.proof.start_s - BEFORE_S)
            end_s = (note.proof.end_s or note.proof.start_s + UNTOLD_S) + AFTER_S
            file.seek(int(start_s * bytes_a_second))
            heard = file.read(int(min(end_s - start_s, LONGEST_S) * bytes_a_second))
            if (at := heard.find(FRAME)) >= 0:
                sounds[note.id] = heard[at:]
    return sounds
