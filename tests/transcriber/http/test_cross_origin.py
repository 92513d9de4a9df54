"""A web page on another host: what a browser is told where ALLOW_ORIGINS names the page's origin, and where not."""

import pytest

from tests.support.transcriber.fake_service import served

PAGE = "https://page.example"
ASKS = {
    "Origin": PAGE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,x-stainless-os",
}


@pytest.mark.parametrize("allowed", [f"https://other.example, {PAGE}", "*"])
async def test_a_page_that_is_named_may_ask_send_a_key_and_read_our_headers(allowed: str, lecture_start: bytes) -> None:
    async with served(allow_origins=allowed, api_key="sesame") as server:
        before = await server.client.options("/v1/audio/transcriptions", headers=ASKS)
        assert before.status_code == 200
        assert before.headers["access-control-allow-origin"] in (PAGE, "*")
        assert "authorization" in before.headers["access-control-allow-headers"].lower()
        form = {"file": ("talk.mp3", lecture_start)}
        headers = {"Origin": PAGE, "Authorization": "Bearer sesame"}
        answer = await server.client.post("/v1/audio/transcriptions", files=form, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == before.headers["access-control-allow-origin"]
        assert {"x-request-id", "retry-after", "x-model"} <= set(
            answer.headers["access-control-expose-headers"].lower().split(", ")
        )


async def test_a_refusal_can_be_read_too() -> None:
    async with served(allow_origins=PAGE, api_key="sesame") as server:
        answer = await server.client.post("/transcribe", content=b"x", headers={"Origin": PAGE})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, PAGE)


@pytest.mark.parametrize("allowed", ["", "https://other.example"])
async def test_other_pages_are_told_nothing(allowed: str) -> None:
    async with served(allow_origins=allowed) as server:
        for answer in (
            await server.client.options("/transcribe", headers=ASKS),
            await server.client.get("/health/live", headers={"Origin": PAGE}),
        ):
            assert "access-control-allow-origin" not in answer.headers
