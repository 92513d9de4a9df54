"""A row: one window on its way through the model. What may share a batch with it is its key."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from transcriber.audio.windows import Window
from transcriber.engine.scheduling.looks import SecondLook
from transcriber.model.backend import Ask, Mel
from transcriber.model.frames import FRAMES, padded
from transcriber.model.quality import TEMPERATURES, Attempt
from transcriber.text.stretches import Stretch

MAX_NEW_TOKENS = (64, 128, 224)
TOKENS_A_SECOND = 15  # generous, also for scripts that take several tokens a character
BASE_TOKENS = 32


class Owner(Protocol):
    """The request a row belongs to: compared by identity, in a hurry unless `bulk`, `audio_s` seconds long."""

    bulk: bool
    audio_s: float


@dataclass(frozen=True)
class Part:
    """A row's place in the window of which it is a stretch that is heard again, in seconds of that window.

    `depth` is 1 for a stretch of the window itself, 2 for one of such a stretch.
    """

    look: SecondLook
    stretch: Stretch
    depth: int = 1


OwnerT = TypeVar("OwnerT", bound=Owner)
"""The engine's own owner is `Job`; the policy of batches is tested with less."""


@dataclass(eq=False)
class Row(Generic[OwnerT]):
    """One window of one request, from its features to its final attempt; compared by identity.

    `mel` holds its features, [n_mels, `frames`]. `encoded` is the encoder's output where the window is to be decoded
    again. `off_ladder` counts attempts that are no steps of the temperature ladder: at fewer frames than 30 s has, or
    `untold`, without the text that the model was told came before. `language` is None until the model has
    detected it, with `language_probability`, 0 to 1. `prompt_length` counts the tokens of its prompt. `alone` marks a
    row whose batch failed: it goes again with no other. `part` is set where the window is a stretch of another one.
    `since` is when it became ready, in seconds of the schedule's clock.
    """

    owner: OwnerT
    window: Window
    mel: Mel | None
    ask: Ask = field(default_factory=Ask)
    prompt_length: int = 4
    language: str | None = None
    language_probability: float = 1.0
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    frames: int = FRAMES
    off_ladder: int = 0
    untold: bool = False
    encoded: Any = None
    alone: bool = False
    part: Part | None = None
    since: float = 0.0

    @property
    def again(self) -> bool:
        """Whether its sound has been decoded before."""
        return bool(self.attempts or self.part)

    @property
    def temperature(self) -> float:
        """The temperature of the next attempt: the ladder goes on after those beside it."""
        return TEMPERATURES[len(self.attempts) - self.off_ladder]

    @property
    def max_new_tokens(self) -> int:
        """A cap in steps, so that a short clip cannot loop for 224 tokens and ordinary rows share a batch."""
        wanted = min(MAX_NEW_TOKENS[-1], BASE_TOKENS + TOKENS_A_SECOND * self.window.duration)
        return next(cap for cap in MAX_NEW_TOKENS if cap >= wanted)

    @property
    def key(self) -> Hashable:
        """What one call to CTranslate2 needs equal. Language, task and the words of the prompt may differ."""
        own = id(self) if self.alone else None
        source = self.frames, self.encoded is None
        return self.temperature, self.prompt_length, self.ask.token_times, self.max_new_tokens, source, own

    @property
    def asked(self) -> Ask:
        """What the next attempt asks."""
        return replace(self.ask, hotwords="", previous="") if self.untold else self.ask

    def doubt(self) -> None:
        """What was heard is not believed; how the next attempt is made.

        First at all of 30 s, then without what the model was told, which it may recite, then up the ladder.
        """
        if self.frames < FRAMES:
            self.mel = padded(self.mel) if self.mel is not None else None
            self.frames, self.off_ladder = FRAMES, self.off_ladder + 1
        elif self.ask.told and len(self.attempts) - self.off_ladder == 1 and not self.untold:
            self.untold, self.off_ladder = True, self.off_ladder + 1
        else:
            self.untold = False
