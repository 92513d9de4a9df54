"""Benchmarks; each is run by hand, `python -m tests.bench` runs them all.

Everybody's threads wait asleep, as in our service: on a busy machine spinning ones would measure only themselves.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
