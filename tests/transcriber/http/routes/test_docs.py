"""The OpenAPI document: what every route takes and gives, how to sign in; and the page that shows it, offline."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.transcriber.fake_service import served
from transcriber import version
from transcriber.http.app import create_app
from transcriber.settings import Settings


def answers(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, status and description of every answer."""
    for path, methods in document["paths"].items():
        for method in methods.values():
            yield from ((path, str(status), answer) for status, answer in method["responses"].items())


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


def test_every_good_answer_has_an_example(document: dict[str, Any]) -> None:
    for path, status, answer in answers(document):
        if status in ("200", "202") and path not in ("/metrics", "/jobs/{job_id}/events"):
            content = answer["content"]["application/json"]
            assert "example" in content or "examples" in content, path


def test_every_error_has_the_shape_of_its_routes(document: dict[str, Any]) -> None:
    for path, status, answer in answers(document):
        if path.startswith("/v1/") and status != "200":
            assert "error" in answer["content"]["application/json"]["schema"]["properties"], (path, status)
        elif status[0] in "45" and path != "/health/ready":
            assert "application/problem+json" in answer["content"], (path, status)


def test_the_key_is_asked_for_where_it_is_needed(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["API key"]["scheme"] == "bearer"
    keyed = {path for path, methods in document["paths"].items() if any("security" in one for one in methods.values())}
    assert keyed == {path for path in document["paths"] if path.startswith(("/v1/", "/transcribe", "/jobs"))}
    assert document["info"]["version"] == version()


async def test_what_the_docs_page_sends_of_itself_is_accepted(lecture_start: bytes) -> None:
    """It fills in every default, in the form and in the query."""
    route = create_app(Settings()).openapi()["paths"]["/transcribe"]["post"]
    form = route["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    filled = {name: str(schema["default"]).lower() for name, schema in form.items() if "default" in schema}
    query = {one["name"]: one["schema"]["default"] for one in route["parameters"] if "default" in one["schema"]}
    async with served() as server:
        answer = await server.client.post("/transcribe", params=query, data=filled, files={"file": lecture_start})
        assert answer.status_code == 200


async def test_the_docs_load_nothing_from_elsewhere() -> None:
    async with served() as server:
        page = (await server.client.get("/docs")).text
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(loaded) >= 2
        for address in loaded:
            assert (await server.client.get(address)).status_code == 200
        assert "https://" not in page
