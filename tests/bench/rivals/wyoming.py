"""Asks a rival that speaks Wyoming, Home Assistant's protocol for voices: sound in pieces, then one text."""

import asyncio
import time
import wave
from contextlib import suppress
from urllib.parse import urlsplit

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioStart, AudioStop, wav_to_chunks
from wyoming.client import AsyncTcpClient

from tests.bench.rivals.answers import LONGEST_S, Answer, Upload

PIECE_SAMPLES = 16_000


async def is_listening(url: str) -> bool:
    """Whether it takes connections, which it does once its model is loaded."""
    parts = urlsplit(url)
    with suppress(OSError):
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.close()
        return True
    return False


async def ask(url: str, upload: Upload) -> Answer:
    """One file's text, on a connection of its own."""
    parts, began = urlsplit(url), time.perf_counter()
    assert parts.hostname
    assert parts.port
    async with AsyncTcpClient(parts.hostname, parts.port, connect_timeout=LONGEST_S, read_timeout=LONGEST_S) as client:
        with wave.open(str(upload.path), "rb") as sound:
            form = {"rate": sound.getframerate(), "width": sound.getsampwidth(), "channels": sound.getnchannels()}
            await client.write_event(Transcribe(language="en").event())
            await client.write_event(AudioStart(**form).event())
            for piece in wav_to_chunks(sound, PIECE_SAMPLES):
                await client.write_event(piece.event())
        await client.write_event(AudioStop().event())
        while event := await client.read_event():
            if Transcript.is_type(event.type):
                whole_s = time.perf_counter() - began
                return Answer(Transcript.from_event(event).text.strip(), whole_s, whole_s)
    return Answer("", 0, time.perf_counter() - began, "hung up without a text")
