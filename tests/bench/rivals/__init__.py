"""Lectern beside what people otherwise serve Whisper with, all over HTTP, with real weights and real voices."""
