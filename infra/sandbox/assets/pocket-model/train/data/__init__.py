"""What the model learns from: text, speech made of it, tokens, windows of audio and the batches of a step."""
