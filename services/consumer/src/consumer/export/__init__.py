"""What a student gets: subtitles, an Anki deck, a page, and the other files that are published."""
