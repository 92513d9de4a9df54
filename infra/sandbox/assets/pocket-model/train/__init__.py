"""Trains the pocket model: a very small Whisper that understands espeak-ng's voices."""
