"""Whisper on CTranslate2.

Only this file imports ctranslate2 and faster-whisper's model. What a call to CTranslate2 needs equal in all rows is
`Row.key`; where its limits come from: https://github.com/OpenNMT/CTranslate2/blob/master/src/models/whisper.cc
"""

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import ctranslate2 as untyped_ctranslate2
import numpy as np
import structlog
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from transcriber.audio.windows import Samples
from transcriber.errors import ConfigError
from transcriber.model.alignment import word_times
from transcriber.model.backend import Ask, Decoding, Fault, Hypothesis, Mel, Origin, WindowWord
from transcriber.model.device import choose_compute_type, choose_device, driver_library
from transcriber.model.faults import fault_of
from transcriber.model.frames import FRAMES, FRAMES_A_SECOND, padded
from transcriber.model.gpu_memory import keep_freed_memory
from transcriber.model.weights import find_weights
from transcriber.schemas import Task

ctranslate2 = cast("Any", untyped_ctranslate2)
log = structlog.get_logger()

MAX_PREVIOUS = 223  # half of the decoder's positions, less one: https://github.com/openai/whisper
MAX_HOTWORDS = MAX_PREVIOUS // 2
MAX_POSITIONS = 448
PROMPTS = 256  # whose tokens are remembered
MEDIAN_FILTER = 7  # upstream's width for smoothing attention
TIME_TOKEN_S = 0.02
ENCODE_ROWS_ON_CPU = 2  # more at once only spoil the cache: a batch of 8 costs 1.24 times the sum of its rows


class WhisperBackend:
    """A loaded model on one device. Raises ConfigError, in words for an operator, where it cannot be loaded."""

    def __init__(
        self,
        model: str,
        device: str = "auto",
        compute_type: str = "auto",
        *,
        threads: int = 0,
        device_index: int = 0,
        workers: int = 1,
    ) -> None:
        self._chosen = choose_device(device)
        try:
            weights = find_weights(model)
            loaded = WhisperModel(
                str(weights.folder),
                device=self._chosen,
                device_index=device_index,
                compute_type=choose_compute_type(compute_type, self._chosen),
                cpu_threads=threads,
                num_workers=workers,
            )
        except (ValueError, RuntimeError, OSError) as error:
            raise ConfigError(f"WHISPER_MODEL={model!r} could not be loaded: {error}") from error
        if self._chosen == "cuda" and not keep_freed_memory(driver_library(), device_index):
            log.warning("model.memory_not_kept", device_index=device_index)
        self._whisper = cast("Any", loaded)
        self._origin: Origin = weights.origin
        self._model = self._whisper.model
        self._multilingual = bool(self._model.is_multilingual)
        name = os.path.normpath(model).removesuffix("/model")
        self._name = os.path.basename(name)  # noqa: PTH119 - a hub name is no path
        self._tokenizer = self._tokenizer_of("en", "transcribe")
        self._suppressed = _suppressed(self._tokenizer)
        self._languages = _languages(self._whisper)
        self._told = lru_cache(PROMPTS)(self._tokens_told)  # every row of a request has the same
        log.info("model.loaded", model=self._name, device=self._chosen, compute_type=self.compute_type)

    @property
    def name(self) -> str:
        return self._name

    @property
    def device(self) -> str:
        return self._chosen

    @property
    def origin(self) -> Origin:
        return self._origin

    @property
    def compute_type(self) -> str:
        """What CTranslate2 really computes in."""
        return str(self._model.compute_type)

    @property
    def languages(self) -> frozenset[str]:
        return self._languages

    def features(self, audio: Samples) -> Mel:
        return padded(cast("Mel", self._whisper.feature_extractor(audio)))

    def part(self, mel: Mel, start: float, end: float) -> Mel:
        return padded(mel[:, int(start * FRAMES_A_SECOND) : int(end * FRAMES_A_SECOND)])

    def encode(self, mels: list[Mel]) -> Any:
        if self._chosen != "cpu" or len(mels) <= ENCODE_ROWS_ON_CPU:
            return self._model.encode(_view(np.stack(mels)), to_cpu=False)
        parts = [mels[first : first + ENCODE_ROWS_ON_CPU] for first in range(0, len(mels), ENCODE_ROWS_ON_CPU)]
        return _view(np.concatenate([np.array(self._model.encode(_view(np.stack(part)))) for part in parts]))

    def keep(self, encoded: Any, rows: list[int]) -> list[Any]:
        return [row.copy() for row in self._on_cpu(encoded)[rows]]

    def stack(self, kept: list[Any]) -> Any:
        stacked = _view(np.stack(kept))
        # numpy knows no bfloat16, so such rows were kept as float32.
        return stacked.to(ctranslate2.DataType.bfloat16) if "bfloat16" in self.compute_type else stacked

    def detect_language(
        self, encoded: Any, rows: list[int], among: Sequence[tuple[str, ...]] = ()
    ) -> list[tuple[str, float]]:
        if not self._multilingual:
            return [("en", 1.0) for _ in rows]
        some = rows if self._chosen == "cpu" else list(range(int(encoded.shape[0])))
        found = dict(zip(some, self._model.detect_language(self._rows(encoded, some)), strict=True))
        return [_likeliest(found[row], codes) for row, codes in zip(rows, among or [()] * len(rows), strict=True)]

    def prompt(self, language: str, ask: Ask) -> tuple[int, ...]:
        tokenizer = self._tokenizer_of(language, ask.task)
        told = self._told(ask.hotwords, ask.previous)
        before = (int(tokenizer.sot_prev), *told) if told else told
        times = () if ask.token_times else (int(tokenizer.no_timestamps),)
        return (*before, *cast("list[int]", tokenizer.sot_sequence), *times)

    def generate(self, encoded: Any, prompts: list[tuple[int, ...]], how: Decoding) -> list[Hypothesis]:
        sampled = how.temperature > 0
        results = self._model.generate(
            encoded,
            [list(prompt) for prompt in prompts],
            beam_size=1 if sampled else how.beam_size,
            num_hypotheses=how.best_of if sampled else 1,
            sampling_topk=0 if sampled else 1,
            sampling_temperature=how.temperature or 1.0,
            # CTranslate2 stops at half of max_length, and no later than max_length less the prompt.
            max_length=min(MAX_POSITIONS, max(2 * how.max_new_tokens, len(prompts[0]) + how.max_new_tokens)),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=list(self._suppressed),
        )
        return [_hypothesis(result) for result in results]

    def align(
        self, encoded: Any, language: str, task: Task, tokens: list[tuple[int, ...]], seconds: list[float]
    ) -> list[list[WindowWord]]:
        tokenizer = self._tokenizer_of(language, task)
        frames = [min(FRAMES, max(2, int(s * FRAMES_A_SECOND))) for s in seconds]
        said = [[token for token in row if token < tokenizer.eot] for row in tokens]
        spoken = [row for row in range(len(said)) if said[row] or self._chosen != "cpu"]
        results = self._model.align(
            self._rows(encoded, spoken),
            list(tokenizer.sot_sequence),
            [said[row] for row in spoken],
            [frames[row] for row in spoken],
            median_filter_width=MEDIAN_FILTER,
        )
        words: list[list[WindowWord]] = [[] for _ in said]
        for row, result in zip(spoken, results, strict=True):
            words[row] = word_times(tokenizer, said[row], result)
        return words

    def text(self, tokens: tuple[int, ...]) -> str:
        return str(self._tokenizer.decode(list(tokens))).strip()

    def stamped(self, tokens: tuple[int, ...]) -> list[WindowWord]:
        begin = int(self._tokenizer.timestamp_begin)
        phrases: list[WindowWord] = []
        start, said = 0.0, list[int]()
        for token in (*tokens, None):
            if token is not None and token < begin:
                said.append(token)
                continue
            at = (token - begin) * TIME_TOKEN_S if token is not None else FRAMES / FRAMES_A_SECOND
            if text := self._tokenizer.decode(said):
                phrases.append(WindowWord(start, max(start, at), text, 0.0))
            start, said = at, []
        return phrases

    def fault(self, error: Exception) -> Fault:
        return fault_of(error)

    def _rows(self, encoded: Any, rows: list[int]) -> Any:
        """Only these rows: on a CPU each other would cost as much; a GPU would have to send them across and back."""
        return encoded if len(rows) == int(encoded.shape[0]) else _view(self._on_cpu(encoded)[rows])

    def _on_cpu(self, encoded: Any) -> Any:
        here = encoded if self._chosen == "cpu" else encoded.to_device(ctranslate2.Device.cpu)
        return np.array(here.to(ctranslate2.DataType.float32) if "bfloat16" in self.compute_type else here)

    def _tokens_told(self, hotwords: str, previous: str) -> tuple[int, ...]:
        heard = self._tokens(hotwords)[:MAX_HOTWORDS]
        return (*heard, *self._tokens(previous)[-(MAX_PREVIOUS - len(heard)) :])

    def _tokens(self, text: str) -> list[int]:
        return cast("list[int]", self._tokenizer.encode(" " + text)) if text else []

    def _tokenizer_of(self, language: str, task: Task) -> Any:
        return cast("Any", Tokenizer(self._whisper.hf_tokenizer, self._multilingual, task=task, language=language))


def _view(array: Any) -> Any:
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(array))


def _likeliest(found: list[tuple[str, float]], among: tuple[str, ...]) -> tuple[str, float]:
    """Of the tokens with their probabilities, the likeliest first, the first that is one of these codes, if any are."""
    codes = ((token.strip("<|>"), float(probability)) for token, probability in found)
    return next(each for each in codes if not among or each[0] in among)


def _languages(whisper: Any) -> frozenset[str]:
    """Those that this model has a token for: models before large-v3 know no Cantonese, and would guess in silence."""
    named = cast("list[str]", whisper.supported_languages)
    if not whisper.model.is_multilingual:
        return frozenset(named)
    return frozenset(code for code in named if whisper.hf_tokenizer.token_to_id(f"<|{code}|>") is not None)


def _suppressed(tokenizer: Any) -> Sequence[int]:
    """Tokens never said: notes such as "(music)", the model's own control tokens, and what its files name (-1)."""
    names = ("transcribe", "translate", "sot", "sot_prev", "sot_lm", "no_speech")
    control = [getattr(tokenizer, name) for name in names]
    return sorted({-1, *tokenizer.non_speech_tokens, *(token for token in control if token is not None)})


def _hypothesis(result: Any) -> Hypothesis:
    tokens = tuple(int(token) for token in result.sequences_ids[0])
    # The score is the sum divided by the length; upstream's mean also counts the end-of-text token.
    mean = float(result.scores[0]) * len(tokens) / (len(tokens) + 1)
    return Hypothesis(tokens, mean if tokens else 0.0, float(result.no_speech_prob))
