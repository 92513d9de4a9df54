"""The tokenizer: 1,500 byte-level BPE tokens of text, then Whisper's special tokens, in Whisper's order."""

import json
from functools import cached_property
from pathlib import Path
from random import Random

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from .text import LANGUAGES, Writer

TEXT_TOKENS = 1500
TIMESTAMPS = 1501  # <|0.00|> to <|30.00|>, 20 ms apart
SENTENCES = 60_000
# One token each when a space precedes them. A bare space token would otherwise begin rare words, and faster-whisper
# suppresses the first tokens of " -" and " '".
SINGLES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-'éÉáúñöüäàÁÜÖèêçôíó"
# Whisper's 99 languages: https://github.com/openai/whisper/blob/main/whisper/tokenizer.py
WHISPER_LANGUAGES = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml "
    "cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am "
    "yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su"
)
TASKS = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")


def special_tokens() -> list[str]:
    """All tokens that are not text, in the order of their ids."""
    names = ["endoftext", "startoftranscript", *WHISPER_LANGUAGES.split(), *TASKS]
    return [f"<|{name}|>" for name in names] + [f"<|{step * 0.02:.2f}|>" for step in range(TIMESTAMPS)]


def train_tokenizer(path: Path, writer: Writer, seed: int) -> None:
    """Learns the text tokens from the grammar's sentences and writes a Hugging Face tokenizer.json to `path`."""
    rng = Random(seed)
    texts = [" " + writer.line(rng).text for _ in range(SENTENCES)]
    texts += [" " + word for word in writer.vocabulary] * 6
    texts += [" " + single for single in SINGLES] * 3000
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=TEXT_TOKENS, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    path.write_text(_with_specials(tokenizer.to_str()), "utf-8")


def _with_specials(trained: str) -> str:
    document = json.loads(trained)
    if len(document["model"]["vocab"]) != TEXT_TOKENS:
        raise ValueError("too little text for 1,500 tokens")
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    for token_id, content in enumerate(special_tokens(), start=TEXT_TOKENS):
        document["model"]["vocab"][content] = token_id
        document["added_tokens"].append({"id": token_id, "content": content, **flags})
    return json.dumps(document, ensure_ascii=False)


class Tokens:
    """The trained tokenizer and the ids that the decoder's prompt needs."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self._words: dict[str, list[tuple[int, int]]] = {}
        self.size = self._tokenizer.get_vocab_size()
        self.end = self.id("<|endoftext|>")
        self.start = self.id("<|startoftranscript|>")
        self.previous = self.id("<|startofprev|>")
        self.no_speech = self.id("<|nospeech|>")
        self.no_timestamps = self.id("<|notimestamps|>")
        self.first_timestamp = self.no_timestamps + 1

    @cached_property
    def languages(self) -> dict[str, int]:
        """The ids of the languages that are trained."""
        return {code: self.id(f"<|{code}|>") for code in LANGUAGES}

    def id(self, token: str) -> int:
        """The id of a token. Raises KeyError for an unknown one."""
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise KeyError(token)
        return found

    def all(self) -> list[str]:
        """Every token in the order of ids."""
        return [self._tokenizer.id_to_token(index) or "" for index in range(self.size)]

    def timestamp(self, at_s: float) -> int:
        """The token of a time in the 30 s frame."""
        return self.first_timestamp + min(TIMESTAMPS - 1, max(0, round(at_s * 50)))

    def word(self, word: str) -> list[tuple[int, int]]:
        """The tokens of a word with its leading space: (id, characters)."""
        if word not in self._words:
            encoded = self._tokenizer.encode(" " + word, add_special_tokens=False)
            lengths = [max(1, len(token.replace("Ġ", ""))) for token in encoded.tokens]
            self._words[word] = list(zip(encoded.ids, lengths, strict=True))
        return self._words[word]
