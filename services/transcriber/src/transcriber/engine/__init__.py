"""Turns files of many requests into batches for the model, and batches into answers. Start at `engine.Engine`."""
