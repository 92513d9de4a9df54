"""How near the device's limit is, and where the rest goes: `python -m tests.bench.roofline`."""
