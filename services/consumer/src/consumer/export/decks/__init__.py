"""Decks for Anki and Quizlet, and the ids by which a student's schedule survives a new one."""
