"""The workflow that makes a release: pinned, with the least rights; what it pushes is signed and attested."""

import re
from typing import Any

import pytest
import yaml

from infra.sandbox.paths import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
RELEASE: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
IMAGES = RELEASE["jobs"]["images"]


def used(action: str) -> list[dict[str, Any]]:
    """What the steps of the images' job tell this action."""
    return [step.get("with", {}) for step in IMAGES["steps"] if step.get("uses", "").startswith(f"{action}@")]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_a_commit_with_its_version_beside_it(workflow: str) -> None:
    uses = re.findall(r"uses: (.*)", (ROOT / workflow).read_text())
    assert uses
    assert [each for each in uses if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v?[\d.]+", each)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_read_and_nothing_else(workflow: str) -> None:
    assert yaml.safe_load((ROOT / workflow).read_text())["permissions"] == {"contents": "read"}


def test_only_the_job_that_pushes_may_write() -> None:
    rights = {name: job.get("permissions", {}) for name, job in RELEASE["jobs"].items()}
    assert {name for name, each in rights.items() if "write" in each.values()} == {"images"}


def test_both_images_are_built_for_both_processors_and_the_transcriber_for_gpus() -> None:
    built = {(each["service"], each["suffix"], each["platforms"]) for each in IMAGES["strategy"]["matrix"]["include"]}
    both = "linux/amd64,linux/arm64"
    assert built == {("consumer", "", both), ("transcriber", "", both), ("transcriber", "-gpu", "linux/amd64")}


def test_nothing_is_pushed_before_it_was_tested_and_scanned() -> None:
    assert set(IMAGES["needs"]) == {"check", "base"}
    scan, push = used("docker/build-push-action")
    assert scan["load"]
    assert "push" not in scan
    assert push["push"]
    (found,) = used("aquasecurity/trivy-action")
    assert (found["exit-code"], found["ignore-unfixed"]) == ("1", True)
    names = [step.get("name") for step in IMAGES["steps"]]
    assert names.index("Scan") < names.index("Build and push") < names.index("Sign")


def test_what_is_pushed_says_what_is_in_it_and_where_it_comes_from() -> None:
    _, push = used("docker/build-push-action")
    assert (push["sbom"], push["provenance"]) == (True, "mode=max")
    (attested,) = used("actions/attest-build-provenance")
    assert attested["push-to-registry"]
    (sign,) = [step["run"] for step in IMAGES["steps"] if step.get("name") == "Sign"]
    assert sign.startswith("cosign sign --yes")
    assert sign.endswith('outputs.digest }}"')


def test_the_base_is_one_digest_for_all() -> None:
    assert "BASE=${{ needs.base.outputs.image }}" in IMAGES["env"]["ARGS"]
    for recipe in (ROOT / "services").glob("*/Dockerfile"):
        assert set(re.findall(r"^FROM (\S+)", recipe.read_text(), re.MULTILINE)) == {"${BASE}"}


def test_every_build_argument_is_one_of_the_recipes() -> None:
    given = set(re.findall(r"^(\w+)=", IMAGES["env"]["ARGS"], re.MULTILINE))
    taken = set(re.findall(r"^ARG (\w+)", (ROOT / "services/transcriber/Dockerfile").read_text(), re.MULTILINE))
    assert given <= taken
