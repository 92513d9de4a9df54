"""The images: small, labelled, and with a model inside where that is asked."""

import json
import shlex
import tomllib
from typing import Any

import pytest

from infra.sandbox.paths import POCKET_MODEL
from infra.sandbox.standins.hub import HubStandin
from tests.support.e2e.stack import BUILD_S, LABELS, ROOT, TAG, ComposeFailed, Stack, run

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]
LARGEST_BYTES = {"transcriber": 600e6, "consumer": 600e6}
LARGEST_GPU_BYTES = 2.2e9
RECIPE = "services/transcriber/Dockerfile"


def about(stack: Stack, image: str) -> dict[str, Any]:
    """What the engine knows of an image."""
    return json.loads(run(["docker", "image", "inspect", image], stack.folder))[0]


@pytest.mark.parametrize("service", LARGEST_BYTES)
def test_an_image_is_small(images: Stack, service: str) -> None:
    assert about(images, f"lectern-{service}:{TAG}")["Size"] <= LARGEST_BYTES[service]


@pytest.mark.parametrize("service", LARGEST_BYTES)
def test_an_image_says_what_it_is(images: Stack, service: str) -> None:
    labels = about(images, f"lectern-{service}:{TAG}")["Config"]["Labels"]
    said = {name.removeprefix("org.opencontainers.image."): value for name, value in labels.items()}
    assert said["title"] == f"lectern-{service}"
    assert said["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {name: said[name.lower()] for name in LABELS} == LABELS


@pytest.mark.parametrize("service", LARGEST_BYTES)
def test_the_licence_of_an_image_names_what_it_holds(images: Stack, service: str) -> None:
    licences = about(images, f"lectern-{service}:{TAG}")["Config"]["Labels"]["org.opencontainers.image.licenses"]
    asked = {
        "consumer": ["ffmpeg", "-L"],
        "transcriber": ["python", "-c", "from av import _core; print(_core.library_meta)"],
    }
    said = run(
        ["docker", "run", "--rm", "--entrypoint", *asked[service][:1], f"lectern-{service}:{TAG}", *asked[service][1:]],
        images.folder,
    )
    words = " ".join(said.split())
    holds = "GPL-3.0-or-later" if "GNU General Public License" in words else "LGPL-3.0-or-later"
    assert {"MIT", holds} <= set(licences.split(" AND "))
    assert "ffmpeg" in run(
        ["docker", "run", "--rm", "--entrypoint", "cat", f"lectern-{service}:{TAG}", "/licenses/NOTICE"], images.folder
    )


@pytest.mark.parametrize("service", LARGEST_BYTES)
def test_nothing_in_an_image_lends_rights(images: Stack, service: str) -> None:
    look = "find / -xdev -type f -perm /6000; find /app/lib -type d -name tests; ls /var/cache/apt"
    command = ["docker", "run", "--rm", "--user", "0", "--entrypoint", "sh", f"lectern-{service}:{TAG}", "-c", look]
    assert run(command, images.folder).strip() == ""


def test_an_older_name_is_not_given_to_todays_source(images: Stack) -> None:
    with pytest.raises(ComposeFailed, match=r"LECTERN_TAG=v0\.9 is not here, and today's source is not it"):
        images.compose("build", "consumer", settings={"LECTERN_TAG": "v0.9", "BUILD": ""})


@pytest.mark.parametrize("service", LARGEST_BYTES)
def test_an_image_has_no_compiler_and_no_cache(images: Stack, service: str) -> None:
    look = "command -v cc gcc make pip uv; find /root/.cache /var/lib/apt/lists -type f; true"
    command = ["docker", "run", "--rm", "--user", "0", "--entrypoint", "sh", f"lectern-{service}:{TAG}", "-c", look]
    assert run(command, images.folder).strip() in ("", "/app/bin/pip")


def test_a_baked_model_needs_no_network(images: Stack) -> None:
    with HubStandin(POCKET_MODEL) as hub:
        chosen = ("--build-arg", "MODEL=tiny", "--build-arg", f"HF_ENDPOINT={hub.url}")
        command = ["docker", "build", "--quiet", "--network", "host", *chosen, "--file", RECIPE, "."]
        image = run(command, images.folder, BUILD_S).strip()
    fetch = ["docker", "run", "--rm", "--network", "none", "--read-only", "--env", "WHISPER_MODEL=tiny", image, "fetch"]
    said = json.loads(run(["sh", "-c", f"{shlex.join(fetch)} 2>&1"], images.folder))  # one line: no warning beside it
    assert (said["event"], said["origin"]) == ("model.here", "baked")


@pytest.mark.slow
def test_the_gpu_image_is_small_and_has_cublas(images: Stack) -> None:
    """By hand: ./dev compose -m "docker and slow". It fetches 600 MB."""
    image = run(["docker", "build", "--quiet", "--build-arg", "GPU=1", "--file", RECIPE, "."], images.folder, BUILD_S)
    assert about(images, image.strip())["Size"] <= LARGEST_GPU_BYTES
    load = "import ctypes; ctypes.CDLL('libcublas.so.12')"
    run(["docker", "run", "--rm", "--entrypoint", "python", image.strip(), "-c", load], images.folder)
