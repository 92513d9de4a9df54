"""Requests with a file: read from the network under a limit into a temporary file, their fields checked."""
