"""The bank: spoken lines kept on disk in shards, each made from its own seed, so that making it can be interrupted."""

import json
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from .speech import RATE_HZ, Espeak
from .text import Line, Writer
from .utterance import Utterance, draw_voice, utter

SHARD_LINES = 1000


@dataclass(frozen=True)
class Shard:
    """What one worker makes: lines of `writer` spoken from `seed` into `path`.i16 and .jsonl."""

    path: Path
    seed: int
    writer: Writer


def make_bank(folder: Path, writer: Writer, *, lines: int, seed: int, processes: int) -> None:
    """Fills `folder` with shards of 1,000 lines until there are `lines` of them."""
    folder.mkdir(parents=True, exist_ok=True)
    count = -(-lines // SHARD_LINES)
    shards = [Shard(folder / f"{index:04d}", seed * 10_000 + index, writer) for index in range(count)]
    missing = [shard for shard in shards if not shard.path.with_suffix(".jsonl").exists()]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for done, _ in enumerate(pool.map(_speak_shard, missing), start=1):
            print(f"bank: {(count - len(missing) + done) * SHARD_LINES} lines spoken", flush=True)


def _speak_shard(shard: Shard) -> None:
    espeak, rng = Espeak(), Random(shard.seed)
    utterances: list[Utterance] = []
    audio: list[NDArray[np.int16]] = []
    first = 0
    for _ in range(SHARD_LINES):
        line = shard.writer.line(rng)
        spoken = utter(espeak, line, draw_voice(line.language, rng), first)
        if spoken is not None:
            utterances.append(spoken[0])
            audio.append(spoken[1])
            first += spoken[0].count
    np.concatenate(audio).tofile(shard.path.with_suffix(".i16"))
    rows = "".join(json.dumps(asdict(utterance), ensure_ascii=False) + "\n" for utterance in utterances)
    partial = shard.path.with_suffix(".partial")
    partial.write_text(rows, "utf-8")
    partial.rename(shard.path.with_suffix(".jsonl"))  # the name that says: this shard is whole


@dataclass
class Bank:
    """All utterances below a folder, grouped so that a window hears one voice in one language."""

    folder: Path
    utterances: list[tuple[int, Utterance]] = field(init=False)
    phonemes: dict[str, int] = field(init=False)  # phoneme name to class; 0 is silence

    def __post_init__(self) -> None:
        paths = sorted(self.folder.glob("*.jsonl"))
        self._audio = [np.memmap(path.with_suffix(".i16"), np.int16, "r") for path in paths]
        self.utterances = [(shard, one) for shard, path in enumerate(paths) for one in _read(path)]
        names = {name for _, one in self.utterances for name, _ in one.phonemes if not name.startswith("_")}
        self.phonemes = {name: index for index, name in enumerate(sorted(names), start=1)}
        groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for index, (_, one) in enumerate(self.utterances):
            groups[one.voice, one.line.language].append(index)
        self._groups = list(groups.values())
        self._weights = [len(group) for group in self._groups]

    def draw_group(self, rng: Random) -> list[int]:
        """Indexes of all utterances of one voice and language."""
        return rng.choices(self._groups, self._weights)[0]

    def draw(self, group: list[int], rng: Random, keep_strings: float) -> int:
        """One utterance of `group`; random word strings come only in `keep_strings` of the cases."""
        index = rng.choice(group)
        for _ in range(20):
            if self.utterances[index][1].line.kind != "strings" or rng.random() < keep_strings:
                break
            index = rng.choice(group)
        return index

    def samples(self, index: int) -> NDArray[np.int16]:
        """The samples of one utterance."""
        shard, one = self.utterances[index]
        return np.asarray(self._audio[shard][one.first : one.first + one.count])

    @property
    def hours(self) -> float:
        """How much speech there is."""
        return sum(one.count for _, one in self.utterances) / RATE_HZ / 3600


def _read(path: Path) -> Iterator[Utterance]:
    for row in path.read_text("utf-8").splitlines():
        fields = json.loads(row)
        phonemes = [(name, at) for name, at in fields.pop("phonemes")]
        yield Utterance(line=Line(**fields.pop("line")), phonemes=phonemes, **fields)
