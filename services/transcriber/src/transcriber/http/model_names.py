"""The names under which clients may ask for the one model that is loaded, and what a model by its name can do."""

import re
from collections.abc import Iterable

# https://platform.openai.com/docs/models: what its clients send. whisper-1 ends on 2027-02-26, so they send the others.
# Left out: gpt-4o-transcribe-diarize, whose users expect speakers.
OPENAI_NAMES = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-transcribe")
OTHER_NAMES = ("whisper", "default")
ANY = "*"
DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
# Systran/faster-whisper-base, openai/whisper-base, distil-whisper/distil-large-v3, …/faster-whisper-large-v3-turbo-ct2
DECORATION = re.compile(r"^(?:faster-)?(?P<distil>distil-)?(?:whisper-)?|-ct2$")
SHORT = {"large": "large-v3", "turbo": "large-v3-turbo"}


def size_of(name: str) -> str:
    """A model's size, such as "large-v3": what all spellings of its name have in common; without its hub's owner."""
    bare = name.lower().rstrip("/").rpartition("/")[2]
    size = DECORATION.sub(lambda found: found["distil"] or "", bare)
    return SHORT.get(size, size)


class ModelNames:
    """The names of a loaded model: its own, the setting's, OpenAI's, and `more`, of which `*` takes every name."""

    def __init__(self, loaded: str, setting: str, more: Iterable[str]) -> None:
        self.loaded = loaded
        self._sizes = {size_of(loaded), size_of(setting)}
        self._more = tuple(more)
        self.listed = tuple(dict.fromkeys((loaded, *OPENAI_NAMES, *(name for name in self._more if name != ANY))))

    def accept(self, name: str) -> bool:
        """Whether a request for `name` is one for the loaded model."""
        if ANY in self._more or name in (*self.listed, *OTHER_NAMES) or DATED.sub("", name) in OPENAI_NAMES:
            return True
        return size_of(name) in self._sizes


def cannot_translate(name: str, languages: frozenset[str]) -> str | None:
    """Why the model of this name and these languages was never trained to translate into English; None if it may be.

    https://github.com/openai/whisper/discussions/2363 says so of turbo; distilled models learnt to transcribe only.
    """
    if languages == frozenset({"en"}):
        return f"{name!r} knows English only: ask for a transcription, or load a model of many languages"
    if "turbo" in name.lower() or "distil" in name.lower():
        return f"{name!r} was never trained to translate: ask for a transcription, or load large-v3 or medium"
    return None
