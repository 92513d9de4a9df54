"""How near the processor's limit is, and where the rest goes: `python -m tests.bench.roofline`.

Random-weight `base`, one thread. Targets: the encoder takes what its matrix products cost by themselves, and 15 % more
at most; reading an hour of MP3 (decoding, finding speech, features) 12 processor seconds; what the engine adds to the
model and to reading 3 % of all. Predicted: the encoder at 70 % of its limit in eight bits and 85 % in float32, reading
13 s, the engine 2 %.
"""

import tempfile
from pathlib import Path

from tests.bench import audio, models
from tests.bench.report import MODELS, arguments, table, verdict, write_json
from tests.bench.roofline.around import engine_and_model, reading, starting
from tests.bench.roofline.processor import encode_share, kernel_rate
from transcriber.model.whisper import WhisperBackend

COMPUTE_TYPES = ("int8", "float32")
KEPT = Path("out/bench/roofline.json")


def main() -> None:
    """Measures, prints and keeps."""
    chosen = arguments(__doc__).parse_args()
    rates = {compute: kernel_rate(MODELS, compute) for compute in COMPUTE_TYPES}
    encodes = {
        compute: (rate, *encode_share(MODELS, compute, rate, rates["float32"])) for compute, rate in rates.items()
    }
    table(
        ["kernels", "GFLOP/s", "30 s encoded in s", "share of the limit"],
        [[compute, rate / 1e9, took_s, share] for compute, (rate, took_s, share) in encodes.items()],
    )
    backend = WhisperBackend(str(models.build("base", MODELS)), "cpu", "int8", threads=1)
    with tempfile.TemporaryDirectory() as folder:
        item = audio.long_file(Path(folder), 60 if chosen.quick else 600)
        read = reading(backend, item)
        started = starting(audio.clips(Path(folder), 1)[0])
        whole_s, model_s = engine_and_model(backend, item)
    table(["for an hour of MP3", "processor s"], [[*row] for row in read.items()])
    table(["for a file", "processor s"], [[*row] for row in started.items()])
    read_s = sum(read.values()) * item.seconds / 3600
    added = (whole_s - model_s - read_s) / whole_s
    print(f"through the engine {whole_s:.1f} s, its calls to the model {model_s:.1f} s, reading {read_s:.1f} s")
    verdict("encoder over its products' own time, int8", 1 / encodes["int8"][2], 1 / 0.85)
    verdict("reading an hour of MP3", sum(read.values()), 12, " s")
    verdict("the engine's own share", added, 0.03)
    parts = {"encoder": encodes, "reading": read, "starting": started}
    write_json(KEPT, {**parts, "whole_s": whole_s, "model_s": model_s, "added": added})


if __name__ == "__main__":
    main()
