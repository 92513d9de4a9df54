"""Answers as /docs shows them."""

from typing import Any

SEGMENT = {
    "id": 0,
    "start": 0.62,
    "end": 3.9,
    "text": "Today we talk about memory.",
    "avg_logprob": -0.21,
    "compression_ratio": 1.1,
    "no_speech_prob": 0.01,
    "temperature": 0.0,
}
TRANSCRIPT: dict[str, Any] = {
    "language": "en",
    "language_probability": 0.99,
    "duration_s": 4.2,
    "model": "large-v3",
    "segments": [SEGMENT],
    "text": "Today we talk about memory.",
    "coverage": {"speech_s": 3.28, "transcribed_s": 3.28, "gaps": [], "low_confidence": [], "skipped_packets": 0},
    "cues": [{"start": 0.62, "end": 3.9, "lines": ["Today we talk about memory."]}],
}
CUES = "1\n00:00:00,620 --> 00:00:03,900\nToday we talk about memory.\n"
STREAM = (
    '{"event":"accepted","request_id":"7f3a","eta_s":2.4}\n{"event":"info","language":"en",…}\n…\n{"event":"done",…}\n'
)
OPENAI_JSON = {"text": "Today we talk about memory.", "usage": {"type": "duration", "seconds": 4}}
OPENAI_EXAMPLES: dict[str, Any] = {
    "json": {"value": OPENAI_JSON},
    "verbose_json": {
        "value": {
            **OPENAI_JSON,
            "task": "transcribe",
            "language": "english",
            "duration": 4.2,
            "segments": [{**SEGMENT, "seek": 0, "tokens": []}],
        }
    },
}
OPENAI_STREAM = (
    'data: {"type":"transcript.text.delta","delta":"Today we talk about memory."}\n\n'
    'data: {"type":"transcript.text.done","text":"Today we talk about memory."}\n\ndata: [DONE]\n\n'
)
MODEL = {"id": "whisper-1", "object": "model", "created": 0, "owned_by": "lectern", "root": "large-v3"}
MODELS = {"object": "list", "data": [MODEL]}
READY = {
    "status": "ready",
    "model": "large-v3",
    "device": "cuda",
    "queued_audio_s": 412.5,
    "predicted_wait_s": 5.2,
    "requests": 3,
}
NOT_READY = {"status": "not ready", "reason": "the model is loading"}
JOB: dict[str, Any] = {
    "id": "q1bZ0yX3nH6mT9kS4wV7Ag",
    "state": "running",
    "created_at": "2026-11-26T08:00:00Z",
    "ended_at": None,
    "transcribed_s": 412.5,
    "duration_s": 3600.0,
    "language": "en",
    "eta_s": 61.2,
    "ahead": 1,
    "problem": None,
    "result": None,
}
