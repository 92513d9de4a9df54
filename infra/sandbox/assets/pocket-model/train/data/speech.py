"""Speech from libespeak-ng, with the time of every word and phoneme.

Source of the constants and structures: https://github.com/espeak-ng/espeak-ng/blob/master/src/include/espeak-ng/speak_lib.h
"""

import ctypes
import ctypes.util
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
SYNCHRONOUS, PHONEME_EVENTS = 2, 1
RATE, PITCH, RANGE = 1, 3, 4
END_EVENT, WORD_EVENT, PHONEME_EVENT = 0, 1, 7
CHARACTER_POSITION, UTF8 = 1, 1


class EspeakMissingError(Exception):
    """libespeak-ng cannot be loaded: install the system's package espeak-ng."""


@dataclass(frozen=True)
class Voice:
    """How to speak: espeak-ng's voice name, words a minute, pitch and pitch range (0 to 99)."""

    name: str
    words_per_minute: int = 160
    pitch: int = 50
    pitch_range: int = 50


@dataclass(frozen=True)
class Speech:
    """Samples (int16, 16 kHz, mono) with word starts by character position (from 1) and phoneme starts, in seconds."""

    samples: NDArray[np.int16]
    words: dict[int, float]
    phonemes: list[tuple[str, float]]


class _Id(ctypes.Union):
    _fields_: ClassVar = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_: ClassVar = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Espeak:
    """One speaker. The library has one state a process: make one of these in each."""

    def __init__(self) -> None:
        self._library = _load()
        self._rate_hz: int = self._library.espeak_Initialize(SYNCHRONOUS, 0, None, PHONEME_EVENTS)
        self._callback = _Callback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)
        self._blocks: list[NDArray[np.int16]] = []
        self._words: dict[int, float] = {}
        self._phonemes: list[tuple[str, float]] = []

    def say(self, text: str, voice: Voice) -> Speech:
        """Speaks `text`. Raises ValueError for an unknown voice."""
        if self._library.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice.name}")
        for parameter, value in ((RATE, voice.words_per_minute), (PITCH, voice.pitch), (RANGE, voice.pitch_range)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._blocks, self._words, self._phonemes = [], {}, []
        encoded = text.encode() + b"\0"
        self._library.espeak_Synth(encoded, len(encoded), 0, CHARACTER_POSITION, 0, UTF8, None, None)
        self._library.espeak_Synchronize()
        return Speech(self._samples(), self._words, self._phonemes)

    def _collect(self, samples: Any, count: int, events: Any) -> int:  # ctypes pointers
        if samples and count > 0:
            self._blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        for event in _until_end(events):
            at_s = event.audio_position_ms / 1000
            if event.type == WORD_EVENT:
                self._words.setdefault(event.text_position, at_s)
            elif event.type == PHONEME_EVENT:
                self._phonemes.append((event.id.string.decode("utf-8", "ignore"), at_s))
        return 0

    def _samples(self) -> NDArray[np.int16]:
        from scipy.signal import resample_poly

        if not self._blocks:
            return np.zeros(0, np.int16)
        joined = np.concatenate(self._blocks).astype(np.float32)
        common = int(np.gcd(RATE_HZ, self._rate_hz))
        resampled = resample_poly(joined, RATE_HZ // common, self._rate_hz // common)
        return np.clip(resampled, -32768, 32767).astype(np.int16)


def _until_end(events: Any) -> list[Any]:  # ctypes pointers
    found: list[Any] = []
    while events[len(found)].type != END_EVENT:
        found.append(events[len(found)])
    return found


def _load() -> ctypes.CDLL:
    name = ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1"
    try:
        return ctypes.CDLL(name)
    except OSError as error:
        raise EspeakMissingError("libespeak-ng is not here: install espeak-ng with your system's packages") from error
