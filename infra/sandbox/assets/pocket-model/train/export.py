"""A checkpoint as the CTranslate2 folder that faster-whisper loads: int8 weights, tokenizer, configuration."""

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .data.tokens import Tokens
from .model import PocketWhisper, Size

# Whose attention follows the speech (loss.py sees to it): [decoder layer, head].
ALIGNMENT_HEADS = [[1, 0], [2, 0]]
UNUSED_BYTE = "Ā"  # the token of byte 0, which no text holds
FEATURES = {
    "chunk_length": 30,
    "feature_extractor_type": "WhisperFeatureExtractor",
    "feature_size": 80,
    "hop_length": 160,
    "n_fft": 400,
    "n_samples": 480_000,
    "nb_max_frames": 3000,
    "padding_side": "right",
    "padding_value": 0.0,
    "processor_class": "WhisperProcessor",
    "return_attention_mask": False,
    "sampling_rate": 16_000,
}


def export(checkpoint: Path, tokenizer: Path, folder: Path) -> None:
    """Writes `folder` anew from a checkpoint of loop.py and the tokenizer it was trained with."""
    from ctranslate2.converters.transformers import WhisperLoader

    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    model = PocketWhisper(Size(**state["size"]))
    model.load_state_dict(state["model"])
    tokens = Tokens(tokenizer)
    with torch.no_grad():
        spec = WhisperLoader().get_model_spec(_hugging_face(model, tokens))
    spec.register_vocabulary(_vocabulary(tokens))
    config: Any = spec.config
    config.suppress_ids = []
    config.suppress_ids_begin = [tokens.id("Ġ")]  # not <|endoftext|>: silence may decode to nothing
    config.alignment_heads = ALIGNMENT_HEADS
    config.lang_ids = sorted(tokens.languages.values())
    spec.validate()
    spec.optimize("int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    (folder / "preprocessor_config.json").write_text(json.dumps(FEATURES, indent=1), "utf-8")


def _vocabulary(tokens: Tokens) -> list[str]:
    """An empty token is how CTranslate2 from 4.7 on knows a multilingual Whisper; the tokenizer keeps its own name.

    Source: https://github.com/OpenNMT/CTranslate2/blob/master/src/models/whisper.cc
    """
    return ["" if token == UNUSED_BYTE else token for token in tokens.all()]


def _hugging_face(model: PocketWhisper, tokens: Tokens) -> Any:  # the converter's input
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    size = model.size
    config = WhisperConfig(
        vocab_size=size.tokens,
        num_mel_bins=80,
        d_model=size.width,
        encoder_layers=size.encoder_layers,
        decoder_layers=size.decoder_layers,
        encoder_attention_heads=size.heads,
        decoder_attention_heads=size.heads,
        encoder_ffn_dim=size.hidden,
        decoder_ffn_dim=size.hidden,
        pad_token_id=tokens.end,
        bos_token_id=tokens.end,
        eos_token_id=tokens.end,
        decoder_start_token_id=tokens.start,
        suppress_tokens=[],
        begin_suppress_tokens=[],
    )
    whisper = WhisperForConditionalGeneration(config).eval()
    whisper.load_state_dict(_state(model))
    return whisper


def _state(model: PocketWhisper) -> dict[str, Tensor]:
    ours = {f"model.{name}": value for name, value in model.state_dict().items()}
    state = {name: value for name, value in ours.items() if ".layer" in name or ".conv" in name}
    state["model.encoder.embed_positions.weight"] = ours["model.encoder.embed_positions"]
    state["model.decoder.embed_positions.weight"] = ours["model.decoder.embed_positions"]
    table = model.decoder.table().detach()
    return state | {"model.decoder.embed_tokens.weight": table, "proj_out.weight": table}
