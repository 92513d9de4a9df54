"""What a GPU makes of it: `python -m tests.bench.gpu`."""
