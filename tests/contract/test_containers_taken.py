"""Both services refuse the same files: what the consumer sends on, the transcriber takes."""

from consumer.pipeline.audio import FORMATS as SENT
from transcriber.audio.decoder.tracks import FORMATS as TAKEN


def test_the_services_take_the_same_containers() -> None:
    """They share no package, so the list stands in both; a container added to one is missing in the other here."""
    assert SENT == TAKEN
