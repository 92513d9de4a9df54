"""The Whisper model: what the engine asks of one (`backend`), and the library that answers (`whisper`)."""
