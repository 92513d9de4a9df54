"""Writes weights as the folder that OpenVINO GenAI's WhisperPipeline reads: `ir MODEL FOLDER`.

Run where `openvino`, `openvino_tokenizers` and `transformers` can be imported. The files and their keys are those of
its exporter (https://github.com/huggingface/optimum-intel), which would need PyTorch and a model hub.
"""

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.rivals.formats import ir_graphs
from tests.bench.rivals.formats.weights import Tensors, read_weights

MULTILINGUAL = 51_865  # tokens of a vocabulary with languages
SOUND = {"sampling_rate": 16_000, "hop_length": 160, "n_fft": 400, "chunk_length": 30}
WINDOW = {"n_samples": 480_000, "nb_max_frames": 3_000}
END = "<|endoftext|>"


def write_ir(model: Path, folder: Path) -> None:
    """Fills `folder` from the folder `model` of CTranslate2 (base or tiny.en, float16 or float32)."""
    tensors = read_weights(model)
    save: Any = import_module("openvino").save_model
    for name in ("encoder", "decoder"):
        graph = getattr(ir_graphs, name)(tensors)
        save(graph, folder / f"openvino_{name}_model.xml", compress_to_fp16=False)
    for name, graph in zip(("tokenizer", "detokenizer"), _tokenizers(model / "tokenizer.json"), strict=True):
        save(graph, folder / f"openvino_{name}.xml")
    written = {
        "config": {"model_type": "whisper"},
        "preprocessor_config": {"feature_size": tensors["encoder.conv1.weight"].shape[1], **SOUND, **WINDOW},
        "generation_config": _generation(model, tensors),
    }
    for name, settings in written.items():
        (folder / f"{name}.json").write_text(json.dumps(settings), "utf-8")


def _tokenizers(path: Path) -> Any:
    fast: Any = import_module("transformers").PreTrainedTokenizerFast
    convert: Any = import_module("openvino_tokenizers").convert_tokenizer
    tokenizer = fast(tokenizer_file=str(path), bos_token=END, eos_token=END, pad_token=END)
    return convert(tokenizer, with_detokenizer=True, skip_special_tokens=True)


def _generation(model: Path, tensors: Tensors) -> dict[str, Any]:
    """Which token means what, by the model's own tables."""
    added = json.loads((model / "tokenizer.json").read_text("utf-8"))["added_tokens"]
    tokens = {token["content"]: token["id"] for token in added}
    kept = json.loads((model / "config.json").read_text("utf-8"))
    ends = dict.fromkeys(("eos_token_id", "bos_token_id", "pad_token_id"), tokens[END])
    multilingual = len(tensors["decoder.token_embedding.weight"]) >= MULTILINGUAL
    return {
        **ends,
        "decoder_start_token_id": tokens["<|startoftranscript|>"],
        "no_timestamps_token_id": tokens["<|notimestamps|>"],
        "prev_sot_token_id": tokens["<|startofprev|>"],
        "max_initial_timestamp_index": 50,
        "max_length": 448,
        "suppress_tokens": kept["suppress_ids"],
        "begin_suppress_tokens": kept["suppress_ids_begin"],
        "is_multilingual": multilingual,
        **(_languages(tokens) if multilingual else {}),
    }


def _languages(tokens: dict[str, int]) -> dict[str, dict[str, int]]:
    languages = {name: number for name, number in tokens.items() if re.fullmatch(r"<\|[a-z]{2,3}\|>", name)}
    tasks = {name: tokens[f"<|{name}|>"] for name in ("transcribe", "translate")}
    return {"task_to_id": tasks, "lang_to_id": languages}


if __name__ == "__main__":
    write_ir(*map(Path, sys.argv[1:]))
