"""The training loop: descends until the time is up, prints a line now and then, and can be interrupted and resumed."""

import time
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path

import torch
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from torch.utils.data import DataLoader

from .data.bank import Bank
from .data.batches import Batch, Batches, Clock
from .data.schedule import learning_rate, stage
from .data.tokens import TIMESTAMPS, Tokens
from .features import LogMel
from .loss import Marks, losses
from .model import PocketWhisper, Size

MANY_STEPS = 100_000_000
SAVE_EVERY_S = 120.0


@dataclass(frozen=True)
class Options:
    """How to train. `audio_s` is the seconds of audio in a step; `workers` processes make batches beside the loop."""

    minutes: float
    audio_s: float
    peak_rate: float
    seed: int
    threads: int
    workers: int
    report_s: float = 30.0


@dataclass
class Progress:
    """Means since the last line."""

    at: float = field(default_factory=time.monotonic)
    marks: list[Marks] = field(default_factory=list[Marks])

    def line(self, clock: Clock, step: int, hours: float) -> str:
        """The line to print; starts the next means."""
        nll, text, times, phonemes = (sum(one) / len(one) for one in zip(*map(astuple, self.marks), strict=True))
        self.at, self.marks = time.monotonic(), []
        return (
            f"{clock.elapsed_s() / 60:6.1f} min  step {step:6d}  {hours:6.2f} h of audio  loss {nll:.3f}  "
            f"text {text:.3f}  times {times:.3f}  phonemes {phonemes:.3f}"
        )


class Trainer:
    """Owns the model and the optimiser; the checkpoint in `folder` is all its state."""

    def __init__(self, folder: Path, bank: Bank, tokens: Tokens, options: Options) -> None:
        torch.manual_seed(options.seed)
        torch.set_num_threads(options.threads)
        self._checkpoint = folder / "checkpoint.pt"
        self._bank, self._tokens, self._options = bank, tokens, options
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        size = Size(tokens=tokens.size, timestamps=TIMESTAMPS, phonemes=len(bank.phonemes) + 1)
        self._mel = LogMel().to(self._device)
        self.model = PocketWhisper(size).to(self._device)
        self._optimiser = AdamW(_groups(self.model), lr=options.peak_rate, betas=(0.9, 0.98))
        self._step, self._hours, self._used_s = 0, 0.0, 0.0
        if self._checkpoint.exists():
            self._resume()

    def run(self) -> None:
        """Trains until the minutes are used up, earlier runs included, then saves."""
        clock = Clock(self._options.minutes * 60, self._used_s, time.time())
        try:
            self._until_done(clock)
        finally:
            self._save(clock)

    def _until_done(self, clock: Clock) -> None:
        progress, saved_at = Progress(), time.monotonic()
        for batch in self._batches(clock):
            if clock.progress() >= 1.0:
                break
            progress.marks.append(self._descend(batch.to(self._device), clock.progress()))
            if time.monotonic() - progress.at > self._options.report_s:
                print(progress.line(clock, self._step, self._hours), flush=True)
            if time.monotonic() - saved_at > SAVE_EVERY_S:
                self._save(clock)
                saved_at = time.monotonic()
        if progress.marks:
            print(progress.line(clock, self._step, self._hours), flush=True)

    def _batches(self, clock: Clock) -> DataLoader[Batch]:
        batches = Batches(self._bank, self._tokens, clock, self._options.audio_s, self._options.seed)
        steps = range(self._step, MANY_STEPS)
        return DataLoader(batches, batch_size=None, sampler=steps, num_workers=self._options.workers)

    def _descend(self, batch: Batch, progress: float) -> Marks:
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate(progress, self._step, self._options.peak_rate)
        mel = self._mel(batch.audio, batch.valid)
        loss, marks = losses(self.model, mel, batch, self._tokens, stage(progress).weights)
        self._optimiser.zero_grad()
        loss.backward()
        clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimiser.step()
        self._step += 1
        self._hours += batch.audio.numel() / 16_000 / 3600
        return marks

    def _save(self, clock: Clock) -> None:
        state = {
            "size": asdict(self.model.size),
            "model": self.model.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "step": self._step,
            "hours": self._hours,
            "used_s": clock.elapsed_s(),
        }
        partial = self._checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self._checkpoint)

    def _resume(self) -> None:
        state = torch.load(self._checkpoint, map_location=self._device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._step, self._hours, self._used_s = state["step"], state["hours"], state["used_s"]
        print(f"resumed at step {self._step}, minute {self._used_s / 60:.1f}", flush=True)


def _groups(model: PocketWhisper) -> list[dict[str, object]]:
    """Matrices decay, vectors do not."""
    matrices = [one for one in model.parameters() if one.ndim > 1]
    vectors = [one for one in model.parameters() if one.ndim <= 1]
    return [{"params": matrices, "weight_decay": 0.02}, {"params": vectors, "weight_decay": 0.0}]
