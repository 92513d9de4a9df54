"""Finding what was said in the words of who copied it."""
