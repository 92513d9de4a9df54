"""The real model (the pocket one): what it hears alone, in a batch, and through the engine."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import jiwer
import numpy as np
import pytest

from infra.sandbox.paths import LECTURE, LECTURE_TEXT, POCKET_MODEL
from tests.support.transcriber.clips import lecture_audio, piece, write_wav
from tests.support.transcriber.fakes import CountingMetrics
from transcriber.audio.vad import SpeechModel
from transcriber.audio.windowing import WindowCutter
from transcriber.audio.windows import SAMPLE_RATE, CutWindow, Samples
from transcriber.engine.engine import Engine, EngineSettings
from transcriber.errors import ConfigError
from transcriber.model.backend import Ask, Decoding
from transcriber.model.quality import judge
from transcriber.model.whisper import MAX_PREVIOUS, WhisperBackend
from transcriber.schemas import Done, Options, Transcript


@pytest.fixture(scope="module")
def backend() -> WhisperBackend:
    return WhisperBackend(str(POCKET_MODEL), compute_type="float32")  # int8 hears otherwise without AVX-512


@pytest.fixture(scope="module")
def audio() -> Samples:
    return lecture_audio()


@pytest.fixture(scope="module")
def windows(audio: Samples) -> list[CutWindow]:
    cutter = WindowCutter(SpeechModel(), 10.0)
    return cutter.feed(audio) + cutter.finish()


TENS = EngineSettings(window_s=10.0, batch_size=4)
UNSAMPLED = EngineSettings(window_s=30.0, batch_size=4, max_attempts=1)  # what is heard again is left to chance


@asynccontextmanager
async def running(backend: WhisperBackend, settings: EngineSettings = TENS) -> AsyncGenerator[Engine]:
    engine = Engine(backend, settings, CountingMetrics())
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


async def transcribed(engine: Engine, path: Path, **options: object) -> Transcript:
    run = engine.submit(path, Options.model_validate(options), request_id=path.stem)
    last = [event async for event in run.events()][-1]
    assert isinstance(last, Done)
    return last.transcript


def error_rate(text: str) -> float:
    return jiwer.wer(plain(LECTURE_TEXT.read_text("utf-8")), plain(text))


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w' ]", " ", text.lower()).split())


@pytest.fixture(scope="module")
def lecture(backend: WhisperBackend) -> Transcript:
    """The lecture in windows of 10 s, with words."""

    async def transcribe() -> Transcript:
        async with running(backend) as engine:
            return await transcribed(engine, LECTURE, word_timestamps=True)

    return asyncio.run(transcribe())


def test_the_lecture_is_heard_in_short_windows(lecture: Transcript) -> None:
    assert error_rate(lecture.text) <= 0.09
    assert lecture.language == "en"
    assert lecture.language_probability > 0.5
    assert lecture.coverage.transcribed_s == pytest.approx(lecture.coverage.speech_s, abs=2)


async def test_the_lecture_is_heard_in_full_windows(backend: WhisperBackend) -> None:
    async with running(backend, UNSAMPLED) as engine:
        found = await transcribed(engine, LECTURE, word_timestamps=True)
    assert error_rate(found.text) <= 0.12  # seen: 11.3 %
    assert_times(found)


def test_times_are_in_order_inside_the_audio_and_never_cross_a_long_pause(lecture: Transcript) -> None:
    assert_times(lecture)


def assert_times(found: Transcript) -> None:
    """Monotone, inside the audio, words within their segments, a sentence or so each."""
    times = [at for segment in found.segments for word in segment.words or () for at in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= found.duration_s
    for segment in found.segments:
        assert segment.words is not None
        assert (segment.start, segment.end) == (segment.words[0].start, segment.words[-1].end)
        assert segment.end - segment.start <= 15
        assert all(b.start - a.end <= 2 for a, b in zip(segment.words, segment.words[1:], strict=False))


def test_words_have_the_times_at_which_they_are_said(lecture: Transcript) -> None:
    telescope = [w for s in lecture.segments for w in s.words or () if "telescope" in w.word.lower()]
    # "a large telescope" ends at 36.1 s, "The telescope" starts at 36.7 s: a pause of half a second between them
    assert len(telescope) >= 3
    assert telescope[0].end < 36.4 < telescope[1].start < 37.4


async def test_the_model_can_say_the_times_itself(backend: WhisperBackend, audio: Samples, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "start.wav", piece(audio, 0, 24.5))
    async with running(backend) as engine:
        found = await transcribed(engine, path, token_timestamps=True, word_timestamps=True)
    assert found.segments[0].text.startswith("Today")
    assert len(found.segments) >= 7
    assert_times(found)


async def test_files_that_run_together_are_not_mixed_up(
    backend: WhisperBackend, audio: Samples, tmp_path: Path
) -> None:
    clips = [write_wav(tmp_path / f"{n}.wav", piece(audio, 12 * n, 12 * n + 9)) for n in range(4)]
    async with running(backend) as engine:
        alone = [(await transcribed(engine, clip)).text for clip in clips]
        together = await asyncio.gather(*(transcribed(engine, clip) for clip in clips))
    assert [found.text for found in together] == alone


async def test_silence_has_no_segments(backend: WhisperBackend, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "silence.wav", np.zeros(5 * SAMPLE_RATE, np.float32))
    async with running(backend) as engine:
        found = await transcribed(engine, path)
    assert (found.segments, found.text, found.coverage.speech_s) == ((), "", 0)


def test_silence_that_reaches_the_model_is_told_from_speech(backend: WhisperBackend, windows: list[CutWindow]) -> None:
    silence = np.zeros(10 * SAMPLE_RATE, np.float32)
    encoded = backend.encode([backend.features(silence), backend.features(windows[0].audio)])
    heard = backend.generate(encoded, [backend.prompt("en", Ask())] * 2, Decoding())
    silent = [judge(row, backend.text(row.tokens), 0.0, 10.0).silent for row in heard]
    assert silent == [True, False], "beam search never gives an empty row: only the guard makes this nothing"


@pytest.mark.parametrize("beam_size", [1, 5])
def test_a_row_hears_the_same_alone_and_in_a_batch(
    backend: WhisperBackend, windows: list[CutWindow], beam_size: int
) -> None:
    asks = [Ask(), Ask(task="translate"), Ask(), Ask()]
    languages = ["en", "fr", "de", "en"]
    mels = [backend.features(window.audio) for window in windows[:4]]
    prompts = [backend.prompt(language, ask) for language, ask in zip(languages, asks, strict=True)]
    how = Decoding(beam_size=beam_size)
    batch = backend.generate(backend.encode(mels), prompts, how)
    alone = [
        backend.generate(backend.encode([mel]), [prompt], how)[0] for mel, prompt in zip(mels, prompts, strict=True)
    ]
    assert [row.tokens for row in batch] == [row.tokens for row in alone]


def test_kept_rows_of_different_batches_hear_the_same_when_stacked(
    backend: WhisperBackend, windows: list[CutWindow]
) -> None:
    mels = [backend.features(window.audio) for window in windows[:4]]
    prompt = backend.prompt("en", Ask())
    fresh = backend.generate(backend.encode(mels), [prompt] * 4, Decoding())
    kept = backend.keep(backend.encode(mels[:3]), [0, 2]) + backend.keep(backend.encode(mels[3:]), [0])
    again = backend.generate(backend.stack(kept), [prompt] * 3, Decoding())
    assert [row.tokens for row in again] == [fresh[n].tokens for n in (0, 2, 3)]


def test_words_of_a_row_are_the_same_alone_and_beside_empty_rows(
    backend: WhisperBackend, windows: list[CutWindow]
) -> None:
    mels = [backend.features(window.audio) for window in windows[:3]]
    encoded = backend.encode(mels)
    tokens = [row.tokens for row in backend.generate(encoded, [backend.prompt("en", Ask())] * 3, Decoding())]
    seconds = [window.duration for window in windows[:3]]
    batch = backend.align(encoded, "en", "transcribe", [tokens[0], (), tokens[2]], seconds)
    alone = backend.align(backend.encode([mels[2]]), "en", "transcribe", [tokens[2]], seconds[2:])
    assert batch[1] == []
    assert batch[2] == alone[0]
    assert [word.text for word in batch[0]]


def test_the_language_is_told_of_some_rows_of_a_batch(backend: WhisperBackend, windows: list[CutWindow]) -> None:
    encoded = backend.encode([backend.features(window.audio) for window in windows[:3]])
    found = backend.detect_language(encoded, [0, 2])
    assert [language for language, _ in found] == ["en", "en"]
    assert all(0.5 < probability <= 1 for _, probability in found)
    limited = backend.detect_language(encoded, [0, 2], [("de", "fr"), ()])
    assert limited[0][0] in ("de", "fr")
    assert limited[0][1] < 0.5
    assert limited[1] == found[1]


def test_a_language_that_the_model_has_no_token_for_is_not_among_its_own(backend: WhisperBackend) -> None:
    assert len(backend.languages) == 99
    assert "yue" not in backend.languages, "Cantonese came with large-v3"


def test_a_text_before_is_cut_to_what_whisper_reads_and_hotwords_survive(backend: WhisperBackend) -> None:
    plain_length = len(backend.prompt("en", Ask()))
    long = backend.prompt("en", Ask(hotwords="telescope", previous="the planet and the moon " * 100))
    assert len(long) == plain_length + 1 + MAX_PREVIOUS
    hotwords = backend.prompt("en", Ask(hotwords="telescope"))
    assert long[: len(hotwords) - plain_length] == hotwords[: len(hotwords) - plain_length]


def test_a_window_is_capped_at_the_tokens_asked_for(backend: WhisperBackend, windows: list[CutWindow]) -> None:
    encoded = backend.encode([backend.features(windows[1].audio)])
    for cap in (8, 16):
        heard = backend.generate(encoded, [backend.prompt("en", Ask())], Decoding(max_new_tokens=cap))
        assert len(heard[0].tokens) in (cap - 1, cap)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("CUDA failed with error out of memory", "out_of_memory"),
        ("parallel_for failed: cudaErrorInvalidDevice: invalid device ordinal", "out_of_memory"),
        ("CUDA failed with error an illegal memory access was encountered", "device_lost"),
        ("CUDA failed with error unspecified launch failure", "device_lost"),
        ("device-side assert triggered", "device_lost"),
        ("The prompts must have the same number of task tokens", "other"),
    ],
)
def test_what_cuda_says_is_understood(backend: WhisperBackend, said: str, fault: str) -> None:
    assert backend.fault(RuntimeError(said)) == fault


def test_a_model_that_is_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="WHISPER_MODEL="):
        WhisperBackend(str(tmp_path))


def test_the_compute_type_that_was_chosen_is_known() -> None:
    backend = WhisperBackend(str(POCKET_MODEL))
    assert backend.device == "cpu"
    assert "int8" in backend.compute_type
