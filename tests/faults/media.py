"""The sound of each video: the same lecture, begun by a tone of its own, so that none is taken for another."""

import io
import struct
import subprocess
import wave

from infra.sandbox.paths import LECTURE
from infra.sandbox.standins.youtube.media import Media

RATE, MEDIA_S = 8000, 8
TONE_SAMPLES = 800
LOUDER, STEPS = 100, 300
"""By so much is each video's tone louder than that of the one before, out of 32,767; then its other half is."""
HEADER_BYTES = 44


def samples() -> bytes:
    """The lecture's first seconds: 16 bits, one channel."""
    form = ["-t", str(MEDIA_S), "-ar", str(RATE), "-ac", "1", "-f", "s16le", "pipe:1"]
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", str(LECTURE), *form]
    return subprocess.run(command, check=True, capture_output=True).stdout


def media(number: int, lecture: bytes) -> Media:
    """A WAV file, whole and as a header and one fragment."""
    halves, steps = divmod(number, STEPS)
    tone = struct.pack("<hh", LOUDER * (steps + 1), -LOUDER * (halves + 1)) * (TONE_SAMPLES // 2)
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone + lecture[len(tone) :])
    whole = written.getvalue()
    return Media(whole, MEDIA_S, (whole[:HEADER_BYTES], whole[HEADER_BYTES:]))
