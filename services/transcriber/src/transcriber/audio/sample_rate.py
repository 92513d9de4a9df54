"""The one form that sound has in this service: mono, float32 from -1 to 1, at Whisper's rate.

Apart from `windows` because the decoder needs it: a process that imported numpy would start twice as slowly.
"""

SAMPLE_RATE = 16_000
