"""From the path that CTranslate2's `align` finds through the attention to words with times.

After upstream's `find_alignment` and `merge_punctuations`:
https://github.com/SYSTRAN/faster-whisper/blob/master/faster_whisper/transcribe.py
"""

from dataclasses import replace
from typing import Any

import numpy as np

from transcriber.model.backend import WindowWord

POSITIONS_A_SECOND = 50  # of the encoder's output, one every 20 ms
PREPENDED = "\"'“¿([{-"
APPENDED = "\"'.。,，!！?？:：”)]}、"


def word_times(tokenizer: Any, tokens: list[int], result: Any) -> list[WindowWord]:
    """The words of one row: a word starts where the path first steps onto it. None where the path is too short.

    `result` is CTranslate2's `WhisperAlignmentResult` for the text `tokens`: `alignments` is the path as pairs of a
    token's place and a position of the encoder's output, `text_token_probs` has a probability a token.
    """
    if not tokens or not result.alignments:
        return []
    texts, groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    edges = np.concatenate([[0], np.cumsum([len(group) for group in groups[:-1]])]).astype(int)
    places, positions = (np.array(column) for column in zip(*result.alignments, strict=True))
    steps = positions[np.concatenate([[True], np.diff(places) > 0])] / POSITIONS_A_SECOND
    if len(edges) < 2 or edges[-1] >= len(steps):
        return []
    probabilities = np.array(result.text_token_probs)
    words = [
        WindowWord(float(steps[a]), float(steps[b]), text, float(probabilities[a:b].mean()))
        for text, a, b in zip(texts, edges[:-1], edges[1:], strict=False)
    ]
    return merged(words)


def merged(words: list[WindowWord]) -> list[WindowWord]:
    """Marks that stand alone join the word they belong to; together the words are the same text as before."""
    joined: list[WindowWord] = []
    opening = ""
    for word in words:
        if joined and not opening and word.text and all(mark in APPENDED for mark in word.text):
            joined[-1] = replace(joined[-1], text=joined[-1].text + word.text)
        elif word.text.strip() in PREPENDED and (word.text.startswith(" ") or not joined):
            opening += word.text
        else:
            joined.append(replace(word, text=opening + word.text))
            opening = ""
    if opening:
        last = joined.pop() if joined else replace(words[0], text="")
        joined.append(replace(last, text=last.text + opening))
    return joined
