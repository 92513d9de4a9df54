"""What becomes of a message is one trace over both services; a collector that is away costs nothing but its spans."""

import pytest

from infra.sandbox.processes import LOOPBACK, free_port
from infra.sandbox.standins.serving import serving
from infra.sandbox.standins.youtube import LECTURE_URL
from infra.sandbox.system import MODEL, EmbeddedSystem
from infra.sandbox.waiting import wait_until
from tests.support.e2e.collector import Collector
from tests.support.e2e.steps import until_status

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
SOON = {"OTEL_BSP_SCHEDULE_DELAY": "200"}
STAGES = ["download", "audio", "transcribe", "study", "publish"]
pytestmark = [pytest.mark.timeout(120)]


async def test_a_video_is_one_trace_from_its_message_to_the_engine() -> None:
    collector = Collector()
    async with serving(collector.app()) as url:
        settings = {ENDPOINT: url, **SOON}
        async with EmbeddedSystem(model={**MODEL, **settings}, consumer_settings=settings) as system:
            await system.send({"video_id": "v1", "youtube_url": LECTURE_URL})
            await until_status(system, "v1", "completed")
            await wait_until(lambda: collector.named("message") != [] and collector.named("engine") != [])
            logged = (system.folder / "consumer.log").read_text()
    (message,), (engine,) = collector.named("message"), collector.named("engine")
    (heard,) = collector.named("POST /transcribe")
    assert message.trace_id in logged
    assert (message.parent, message.about["outcome"], message.failed) == ("", "completed", False)
    assert {stage: collector.named(stage)[0].parent for stage in STAGES} == dict.fromkeys(STAGES, message.span_id)
    assert heard.parent == collector.named("transcribe")[0].span_id
    assert engine.parent == heard.span_id
    assert (heard.service, message.service) == ("lectern-transcriber", "lectern-consumer")
    assert heard.about["http.response.status_code"] == "200"
    apart = {span.name for span in collector.spans if span.trace_id != message.trace_id}
    assert apart <= {"GET /v1/models"}, "which is asked at the start, before there is a message"


async def test_without_a_collector_a_video_is_completed_all_the_same() -> None:
    settings = {ENDPOINT: f"http://{LOOPBACK}:{free_port()}", **SOON}
    async with EmbeddedSystem(model={**MODEL, **settings}, consumer_settings=settings) as system:
        await system.send({"video_id": "v1", "youtube_url": LECTURE_URL})
        assert (await until_status(system, "v1", "completed", "failed"))["status"] == "completed"
