"""From a window's words to a transcript: sentences, times, order, what was left without text. Pure."""
