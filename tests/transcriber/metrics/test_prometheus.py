"""What Prometheus is told."""

from tests.support.transcriber.fake_service import served
from transcriber.metrics.prometheus import Metrics


def test_a_refusal_is_counted_by_its_reason_and_other_errors_are_not_refusals() -> None:
    metrics = Metrics()
    for kind in ("Overloaded", "Draining", "Overloaded", "NotAudio"):
        metrics.failed(kind)
    page = metrics.page().decode()
    assert 'transcriber_rejected_total{reason="Overloaded"} 2.0' in page
    assert 'transcriber_rejected_total{reason="Draining"} 1.0' in page
    assert 'transcriber_rejected_total{reason="NotAudio"}' not in page
    assert 'transcriber_errors_total{type="NotAudio"} 1.0' in page


def test_two_apps_in_a_process_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.cancelled()
    assert b"transcriber_cancelled_total 0.0" in second.page()


async def test_one_request_is_seen_at_every_stage(lecture_start: bytes) -> None:
    async with served() as server:
        await server.post(lecture_start)
        assert server.metric("upload_bytes_total") == len(lecture_start)
        for stage in ("upload", "first_segment", "transcript"):
            assert server.metric("stage_seconds_count", stage=stage) == 1
        assert server.metric("audio_seconds_total") > 1
        assert server.metric("batch_fill_count") >= 1
        for stage in ("place", "reader", "model", "finisher"):
            assert server.metric("stage_wait_seconds_count", stage=stage) >= 1
        assert server.metric("http_requests_total", route="/transcribe", status="200") == 1


async def test_the_page_says_what_is_queued_and_what_the_process_needs() -> None:
    async with served() as server:
        page = (await server.client.get("/metrics")).text
        for name in (
            "transcriber_queued_audio_seconds",
            "transcriber_predicted_wait_seconds",
            "transcriber_model_threads",
            "transcriber_requests_under_way",
            "process_resident_memory_bytes",
        ):
            assert f"\n{name} " in page
        assert server.metric("decoder_memory_bytes") > 1_000_000, "one waits for the next file"


async def test_paths_that_do_not_exist_share_one_label() -> None:
    async with served() as server:
        for path in ("/a", "/b", "/c/d"):
            await server.client.get(path)
        assert server.metric("http_requests_total", route="unknown", status="404") == 3
