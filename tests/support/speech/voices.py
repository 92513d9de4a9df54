"""People who say known words: prompts of a telephone system in five languages, and sentences read from a novel.

Debian packages, installed by .ci/run: asterisk-core-sounds-{en,es,fr,it,ru}-g722 with their texts in
asterisk-core-sounds-{en,es,fr,it,ru}, and pocketsphinx-testdata (LibriVox).
"""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import av
import numpy as np

from transcriber.audio.windows import SAMPLE_RATE, Samples

SOUNDS = Path("/usr/share/asterisk/sounds")
TEXTS = Path("/usr/share/doc")
NOVEL = Path("/usr/share/pocketsphinx/test/data/librivox")

Language = Literal["en", "es", "fr", "it", "ru"]
LANGUAGES: tuple[Language, ...] = ("en", "es", "fr", "it", "ru")
NO_WORDS = re.compile(r"[\[(<?\d;]|suono|\b\w \w \w\b")  # "[ascending tones]", a letter lost, digits, spelling
LONGEST_S = 15.0


@dataclass(frozen=True)
class Spoken:
    """One recording, 16 kHz, and the words in it."""

    name: str
    language: Language
    text: str
    audio: Samples

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.audio) / SAMPLE_RATE


def voices_missing() -> str:
    """What to install, in a few words; empty where all is there."""
    needed = {f"asterisk-core-sounds-{code}-g722": SOUNDS / code for code in LANGUAGES}
    needed |= {f"asterisk-core-sounds-{code}": _text_of(code) for code in LANGUAGES}
    needed |= {"pocketsphinx-testdata": NOVEL}
    return " ".join(package for package, path in needed.items() if not path.exists())


@cache
def prompts(language: Language, fewest_words: int = 4) -> tuple[Spoken, ...]:
    """Prompts of one voice in the order of their names: whole sentences of at most 15 s, each with other words.

    Those with digits are left out, since "1" is as right as "one".
    """
    texts: dict[str, str] = {}
    for name, text in _texts(language):
        if len(text.split()) >= fewest_words and text not in texts.values():
            texts[name] = text
    files = ((text, SOUNDS / language / f"{name}.g722") for name, text in texts.items())
    spoken = (Spoken(path.stem, language, text, samples(path)) for text, path in files if path.exists())
    return tuple(one for one in spoken if one.seconds <= LONGEST_S)


@cache
def novel() -> tuple[Spoken, ...]:
    """Five sentences of "Sense and Sensibility", read by a volunteer of LibriVox."""
    lines = (NOVEL / "transcription").read_text().splitlines()
    found = [re.fullmatch(r"<s> (.*) </s> \((.*)\)", line.strip()) for line in lines]
    return tuple(Spoken(m[2], "en", m[1], samples(NOVEL / f"{m[2]}.wav")) for m in found if m)


def samples(path: Path) -> Samples:
    """Any file as mono samples of 16 kHz between -1 and 1."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
    with av.open(str(path)) as container:
        frames = [*container.decode(audio=0), None]  # None flushes
        parts = [part.to_ndarray()[0] for frame in frames for part in resampler.resample(frame)]
    return np.concatenate(parts).astype(np.float32)


def _texts(language: Language) -> Iterator[tuple[str, str]]:
    """The name and words of each prompt that is neither a tone nor a digit, a letter or a pause (those in folders)."""
    for line in gzip.decompress(_text_of(language).read_bytes()).decode("utf-8-sig").splitlines():
        name, _, text = line.partition(":")
        spoken = " ".join(text.split())
        if spoken and not re.search(r"[;/\s]", name) and not NO_WORDS.search(spoken):
            yield name, spoken


def _text_of(language: str) -> Path:
    return TEXTS / f"asterisk-core-sounds-{language}" / f"core-sounds-{language}.txt.gz"
