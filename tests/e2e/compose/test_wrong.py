"""What is missing or wrong makes `up` fail at once, and the last lines say what to do. It leaves services down."""

import socket

import pytest

from infra.sandbox.paths import POCKET_MODEL
from infra.sandbox.processes import LOOPBACK
from infra.sandbox.standins.hub import HubStandin
from tests.support.e2e.stack import TAG, ComposeFailed, Stack, run

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300, func_only=True)]
FULL = "tests/e2e/compose/full.yml"
TRANSCRIBER = f"lectern-transcriber:{TAG}"


def up_fails(stack: Stack, **settings: str) -> str:
    """What is printed when `up` fails with these settings."""
    with stack.setting(**settings), pytest.raises(ComposeFailed) as failed:
        stack.up()
    return str(failed.value)


@pytest.mark.parametrize(
    ("settings", "service", "says"),
    [
        ({"WHISPER_MODEL": "larg-v3"}, "model", "transcriber: WHISPER_MODEL='larg-v3' is no model"),
        ({"WHISPER_DEVICE": "cuda"}, "model", "transcriber: WHISPER_DEVICE=cuda, but no NVIDIA GPU can be seen here"),
        ({"SQS_QUEUE_URL": "lectern"}, "doctor", "SQS_QUEUE_URL"),
        ({"DB_PASSWORD": "wrong"}, "migrate", "DB_PASSWORD"),
        ({"DRAIN_SECONDS": "300"}, "doctor", "DRAIN_SECONDS=300 needs STOP_GRACE_SECONDS="),
    ],
)
def test_a_wrong_setting_is_named_by_the_step_that_fails(
    stack: Stack, settings: dict[str, str], service: str, says: str
) -> None:
    said = up_fails(stack, **settings)
    assert f'service "{service}" didn\'t complete successfully' in said
    assert says in said


def test_a_full_disk_for_downloads_is_said(stack: Stack) -> None:
    files = f"docker-compose.yml:tests/e2e/compose/youtube.yml:{FULL}"
    said = up_fails(stack, COMPOSE_FILE=files, SCRATCH="small")
    assert 'service "doctor" didn\'t complete successfully' in said
    assert "0.1 GB free under /scratch: make room, or set DOWNLOAD_DIR" in said


def test_a_full_disk_for_the_model_is_said(images: Stack) -> None:
    with HubStandin(POCKET_MODEL) as hub:
        settings = ("--env", f"HF_ENDPOINT={hub.url}", "--env", "WHISPER_MODEL=tiny")
        place = ("--tmpfs", "/models:size=1m,uid=10002", "--read-only", "--network", "host")
        with pytest.raises(ComposeFailed) as failed:
            run(["docker", "run", "--rm", *settings, *place, TRANSCRIBER, "fetch"], images.folder)
    assert "ended with 3" in str(failed.value)
    assert "/models/hub cannot be written: No space left on device" in str(failed.value)


def test_a_port_that_is_taken_is_said_by_docker(stack: Stack) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        said = up_fails(stack, PUBLISH_PORT=str(port))
    assert f"{LOOPBACK}:{port}" in said
    assert "address already in use" in said


def test_the_gpu_file_without_a_gpu_is_refused_by_docker(stack: Stack) -> None:
    run(["docker", "tag", TRANSCRIBER, f"{TRANSCRIBER}-gpu"], stack.folder)  # so that none is built
    try:
        said = up_fails(stack, COMPOSE_FILE="docker-compose.yml:docker-compose.gpu.yml")
    finally:
        run(["docker", "image", "rm", f"{TRANSCRIBER}-gpu"], stack.folder)
    assert 'could not select device driver "nvidia"' in said
