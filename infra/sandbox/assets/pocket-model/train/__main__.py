"""`python -m train`: text, speech, tokenizer, training, export and evaluation, in this order; --out keeps each part."""

import argparse
import signal
import sys
from pathlib import Path


def main() -> int:
    """Runs the program; 2 where something that it needs is missing, 130 when interrupted."""
    arguments = parse(sys.argv[1:])
    from .data.speech import Espeak, EspeakMissingError

    try:
        Espeak()
    except EspeakMissingError as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(arguments)
    except KeyboardInterrupt:
        print("train: stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


def parse(words: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="train/run", description="Train the pocket model from nothing.")
    parser.add_argument("--minutes", type=float, default=60, help="training time, earlier runs included (60)")
    parser.add_argument("--out", type=Path, required=True, help="folder of everything; run again to resume")
    parser.add_argument("--utterances", type=int, help="spoken lines (1,000 a minute of training, 2,000 to 34,000)")
    parser.add_argument("--prose", type=Path, action="append", default=[], help="folder of text files to learn from")
    parser.add_argument("--audio-s", type=float, help="seconds of audio in a step (36; 1,800 on a GPU)")
    parser.add_argument("--peak-rate", type=float, default=1.5e-3, help="highest learning rate (0.0015)")
    parser.add_argument("--seed", type=int, default=1, help="of text, speech, windows and weights (1)")
    parser.add_argument("--threads", type=int, default=1, help="for PyTorch on the CPU (1)")
    parser.add_argument("--workers", type=int, help="processes that make speech and batches (0; 8 with a GPU)")
    return parser.parse_args(words)


def run(arguments: argparse.Namespace) -> None:
    """All the parts."""
    import torch

    from .data.bank import Bank, make_bank
    from .data.prose import find_prose
    from .data.text import Grammar, Writer, vocabulary
    from .data.tokens import Tokens, train_tokenizer
    from .evaluate import evaluate
    from .export import export
    from .loop import Options, Trainer

    gpu, out = torch.cuda.is_available(), arguments.out
    workers = arguments.workers if arguments.workers is not None else (8 if gpu else 0)
    grammar = Grammar()
    words = vocabulary(grammar)
    writer = Writer(grammar, words, find_prose(arguments.prose, words))
    lines = arguments.utterances or min(34_000, max(2_000, round(arguments.minutes * 1000)))
    make_bank(out / "bank", writer, lines=lines, seed=arguments.seed, processes=max(1, workers))
    tokenizer = out / "tokenizer.json"
    if not tokenizer.exists():
        train_tokenizer(tokenizer, writer, arguments.seed)
    bank = Bank(out / "bank")
    options = Options(
        minutes=arguments.minutes,
        audio_s=arguments.audio_s or (1800 if gpu else 36),
        peak_rate=arguments.peak_rate,
        seed=arguments.seed,
        threads=arguments.threads,
        workers=workers,
    )
    print(f"training on the {'GPU' if gpu else 'CPU'} with {bank.hours:.1f} hours of speech", flush=True)
    Trainer(out, bank, Tokens(tokenizer), options).run()
    export(out / "checkpoint.pt", tokenizer, out / "model")
    for kind, rate in evaluate(out / "model", writer, bank).items():
        print(f"word error rate, {kind}: {rate:.1%}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
