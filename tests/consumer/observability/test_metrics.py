"""What Prometheus is told of the work itself."""

import pytest

from consumer.errors import TransientError
from consumer.observability.metrics import Metrics
from consumer.youtube.failures import UNKNOWN, classify


def test_failures_are_counted_by_code_so_that_new_words_of_youtube_are_seen() -> None:
    metrics = Metrics()
    for _ in range(2):
        with pytest.raises(TransientError), metrics.failures():
            raise classify("This video is on strike")
    assert metrics.registry.get_sample_value("consumer_failures_total", {"code": UNKNOWN}) == 2
