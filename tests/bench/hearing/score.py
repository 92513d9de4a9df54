"""What was heard against what was said: wrong words, lost stretches, moved words, invented words, unreadable cues."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

import jiwer
import numpy as np

from tests.bench.hearing.lectures import Lecture
from tests.bench.hearing.transcripts import Heard, Timed
from tests.support.transcriber.subtitles import width
from tests.support.words import plain

LINES, LONGEST_S, SHORTEST_S, A_SECOND = 2, 7.0, 1.0, 20.0  # the trade's, not the product's
STOPS, CLOSING = (".", "?", "!", "…", "。", "？", "！"), "\"'”’»)」"
TITLES = ("mr.", "mrs.", "ms.", "dr.", "st.")
NEAR_S = 0.5  # a word this close to speech belongs to it
EARLY_S = 1.0

Spoken = tuple[str, float, float]
"""A word with its start and end in seconds."""


@dataclass(frozen=True)
class Score:
    """How well one lecture was heard. Counts of words, seconds, and shares of the words said.

    Times are those of first and last words of sentences, whose truth is known; `early` first words were shown a second
    or more before they were said. `invented` words a minute of what is no speech; `stops` are sentence ends that were
    heard where the text has none.
    """

    words: int
    substituted: int
    deleted: int
    inserted: int
    lost_s: float
    segment_off_s: tuple[float, float]
    word_off_s: tuple[float, float]
    early: int
    invented: float
    stops: int
    cues: int
    cues_over: int
    cpu_s: float

    @property
    def error_rate(self) -> float:
        """Substitutions, deletions and insertions over words said."""
        return (self.substituted + self.deleted + self.inserted) / self.words


def score(lecture: Lecture, heard: Heard) -> Score:
    """Compare word by word, by the alignment with the fewest errors."""
    said = [word for sentence in lecture.said for word in sentence.words()]
    got = [(part, word.start, word.end) for word in heard.words for part in plain(word.text).split()]
    found = jiwer.process_words(" ".join(word[0] for word in said), " ".join(word[0] for word in got))
    pairs = {
        chunk.ref_start_idx + n: chunk.hyp_start_idx + n
        for chunk in found.alignments[0]
        if chunk.type in ("equal", "substitute")
        for n in range(chunk.ref_end_idx - chunk.ref_start_idx)
    }
    starts, ends, first = _edges(lecture, said, got, pairs)
    begun = {got[pairs[index]][1] for index in first if index in pairs}
    shown = [segment.start for segment in heard.segments if any(abs(segment.start - at) < 0.05 for at in begun)]
    truths = np.array([sentence.start for sentence in lecture.said])
    return Score(
        words=len(said),
        substituted=found.substitutions,
        deleted=found.deletions,
        inserted=found.insertions,
        lost_s=_lost_s(said, pairs),
        segment_off_s=_middle([float(np.abs(truths - start).min()) for start in shown]),
        word_off_s=_middle([abs(off) for off in (*starts, *ends)]),
        early=sum(off <= -EARLY_S for off in starts),
        invented=_invented(lecture, got, set(pairs.values())),
        stops=invented_stops(
            pairs,
            sentence_ends(sentence.text.split() for sentence in lecture.said),
            sentence_ends([[word.text for word in heard.words]], last_is_end=False),
        ),
        cues=len(heard.cues),
        cues_over=sum(over(cue, after) for cue, after in pairwise([*heard.cues, Timed(1e9, 1e9, "")])),
        cpu_s=heard.cpu_s,
    )


def _edges(
    lecture: Lecture, said: Sequence[Spoken], got: Sequence[Spoken], pairs: dict[int, int]
) -> tuple[list[float], list[float], list[int]]:
    """How far the starts of first words and the ends of last words are off (after is positive), and which are first."""
    lengths = [len(plain(sentence.text).split()) for sentence in lecture.said]
    past = list(accumulate(lengths, initial=0))
    first, last = past[:-1], [index - 1 for index in past[1:]]
    starts = [got[pairs[index]][1] - said[index][1] for index in first if index in pairs]
    ends = [got[pairs[index]][2] - said[index][2] for index in last if index in pairs]
    return starts, ends, first


def _lost_s(said: Sequence[Spoken], pairs: dict[int, int]) -> float:
    """The longest run of words without any counterpart, in seconds of speech."""
    runs = groupby(range(len(said)), lambda index: index in pairs)
    return max((sum(said[i][2] - said[i][1] for i in run) for kept, run in runs if not kept), default=0.0)


def _invented(lecture: Lecture, got: Sequence[Spoken], paired: set[int]) -> float:
    spoken = [(sentence.start - NEAR_S, sentence.end + NEAR_S) for sentence in lecture.said]
    silent_s = lecture.seconds - sum(sentence.end - sentence.start for sentence in lecture.said)
    middles = ((start + end) / 2 for index, (_, start, end) in enumerate(got) if index not in paired)
    invented = sum(not any(start <= middle <= end for start, end in spoken) for middle in middles)
    return invented / (silent_s / 60)


def sentence_ends(sentences: Iterable[Sequence[str]], *, last_is_end: bool = True) -> set[int]:
    """The plain words after which a sentence ends, by their numbers: by its mark, or since what was said ends there."""
    ends, count = set[int](), 0
    for sentence in sentences:
        for token in sentence:
            count += len(plain(token).split())
            marked = token.strip().rstrip(CLOSING)
            if marked.endswith(STOPS) and marked.lower() not in TITLES:
                ends.add(count - 1)
        if last_is_end:
            ends.add(count - 1)
    return ends


def invented_stops(pairs: dict[int, int], true: set[int], heard: set[int]) -> int:
    """How many ends that were heard fall between two said words (or words lost there) of one sentence."""
    places = sorted((got, said) for said, got in pairs.items())
    invented = 0
    for stop in heard:
        before = max((said for got, said in places if got <= stop), default=-1)
        after = min((said for got, said in places if got > stop), default=None)
        if before >= 0 and after is not None:
            invented += true.isdisjoint(range(before, after))
    return invented


def over(cue: Timed, after: Timed) -> bool:
    """Whether it breaks a limit; that of reading speed only where the speech did not force it to."""
    lines, shown_s = cue.text.splitlines(), cue.end - cue.start
    room_s = min(LONGEST_S, max(shown_s, after.start - cue.start))
    too_short = shown_s < SHORTEST_S - 0.05 or shown_s < min(room_s, len(cue.text) / A_SECOND) - 0.1
    return len(lines) > LINES or any(width(line) > 1 for line in lines) or shown_s > LONGEST_S + 0.05 or too_short


def _middle(values: Sequence[float]) -> tuple[float, float]:
    """Median and 90th percentile."""
    return (float(np.median(values)), float(np.percentile(values, 90))) if values else (0.0, 0.0)


def in_columns(found: Score) -> Iterator[object]:
    """As the table shows it."""
    yield f"{found.error_rate:.1%}"
    yield f"{found.substituted}/{found.deleted}/{found.inserted}"
    yield found.lost_s
    yield " ".join(f"{value:.2f}" for value in found.segment_off_s)
    yield " ".join(f"{value:.2f}" for value in found.word_off_s)
    yield found.early
    yield found.invented
    yield found.stops
    yield f"{found.cues_over}/{found.cues}"
    yield found.cpu_s
