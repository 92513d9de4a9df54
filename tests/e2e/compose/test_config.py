"""What compose understands of the files, without starting anything."""

import pytest

from tests.support.e2e.env_file import FILLED_IN, for_aws
from tests.support.e2e.stack import ComposeFailed, Stack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]
GPU = "docker-compose.gpu.yml"
LOCAL = {"postgres", "aws", "aws-setup"}


def test_the_second_file_adds_only_the_gpu(checkout: Stack) -> None:
    plain, gpu = checkout.config(), checkout.config(GPU)
    assert set(plain["services"]) == set(gpu["services"])
    changed = {name for name in plain["services"] if plain["services"][name] != gpu["services"][name]}
    assert changed == {"model", "transcriber"}
    for name in changed:
        assert gpu["services"][name]["build"]["args"]["GPU"] == "1"
        assert gpu["services"][name]["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]


def test_the_profile_observe_adds_a_dashboard(checkout: Stack) -> None:
    services = checkout.config(COMPOSE_PROFILES="observe")["services"]
    assert set(services) == {"model", "transcriber", "migrate", "doctor", "consumer", "prometheus", "grafana"}
    assert [(port["host_ip"], port["published"]) for port in services["grafana"]["ports"]] == [("127.0.0.1", "3000")]
    for name in ("prometheus", "grafana"):
        assert all(mount["type"] != "bind" or mount["read_only"] for mount in services[name]["volumes"])


def test_the_steps_for_aws_leave_only_what_works_there(checkout: Stack) -> None:
    env = checkout.folder / ".env"
    right = env.read_text()
    env.write_text(for_aws(FILLED_IN))
    try:
        services = checkout.config()["services"]
    finally:
        env.write_text(right)
    assert set(services) == {"model", "transcriber", "migrate", "doctor", "consumer"}
    told = services["consumer"]["environment"]
    assert {name for name in told if name.startswith("AWS_")} == {"AWS_REGION"}
    assert (told["DB_SSLMODE"], told["DB_PASSWORD"].replace("$$", "$")) == ("require", "s$cret#1")
    assert told["SQS_QUEUE_URL"] == FILLED_IN["SQS_QUEUE_URL"]


def test_a_model_is_baked_where_that_is_asked(checkout: Stack) -> None:
    asked = {"BAKE": "1", "WHISPER_MODEL": "tiny"}
    for files, settings, baked in (
        ((), {}, ""),
        ((), asked, "tiny"),
        ((), {"BAKE": "1", "WHISPER_MODEL": ""}, "small"),
        ((GPU,), {"BAKE": "1", "WHISPER_MODEL": ""}, "large-v3"),
    ):
        transcriber = checkout.config(*files, **settings)["services"]["transcriber"]
        assert transcriber["build"]["args"]["MODEL"] == baked
        assert not baked or transcriber["environment"]["WHISPER_MODEL"] == baked


def test_a_longer_drain_is_given_by_two_settings(checkout: Stack) -> None:
    services = checkout.config(DRAIN_SECONDS="300", STOP_GRACE_SECONDS="340")["services"]
    for name in ("transcriber", "consumer"):
        assert services[name]["stop_grace_period"] == "5m40s"
    assert services["doctor"]["environment"]["STOP_GRACE_SECONDS"] == "340"


def test_a_missing_env_file_is_said_with_what_to_do(checkout: Stack) -> None:
    (checkout.folder / ".env").rename(checkout.folder / ".env.away")
    try:
        with pytest.raises(ComposeFailed, match=r"there is no \.env, .* cp \.env\.example \.env"):
            checkout.compose("up", "--detach", settings={"COMPOSE_FILE": "docker-compose.yml"})
    finally:
        (checkout.folder / ".env.away").rename(checkout.folder / ".env")
