"""The CloudFormation template, as text, as data, and created against a stand-in for AWS."""

import base64
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import boto3
import yaml
from moto import mock_aws

from infra.sandbox.paths import ROOT

TEMPLATE = ROOT / "infra/cloudformation/lectern.yaml"
REGION, ACCOUNT = "us-east-1", "123456789012"
MASTER_SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds-master-AbCdEf"
# What the stand-in cannot tell about a database.
UNKNOWN = {
    "Database.Endpoint.Address": "made.example.org",
    "Database.MasterUserSecret.SecretArn": MASTER_SECRET,
    "Database.DbiResourceId": "db-ID",
}
# It starts no instance from a launch template alone.
BOOTSTRAP = "      LaunchTemplate:\n        LaunchTemplateId: !Ref DatabaseBootstrapTemplate\n"


@dataclass(frozen=True)
class Stack:
    """A created stack: its outputs by name, and its resources' physical ids by logical id."""

    outputs: dict[str, str]
    resources: dict[str, str]


class _Loader(yaml.SafeLoader):
    """Reads !Ref, !Sub and their like as {"Ref": …}, {"Sub": …}."""


def _function(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: cast("yaml.ScalarNode", node).value}


cast("Any", _Loader).add_multi_constructor("!", _function)


def parsed() -> dict[str, Any]:
    """The template as data."""
    return cast("dict[str, Any]", yaml.load(TEMPLATE.read_text(), _Loader))  # noqa: S506 - a kind of SafeLoader


def client(service: str) -> Any:
    """Services come and go by name here, so their types do not help."""
    return cast("Any", boto3.client(service, region_name=REGION))  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownMemberType]


@contextmanager
def created(**parameters: str) -> Generator[Stack]:
    """The stack in the default network of an empty account; boto3 speaks to that account inside."""
    with mock_aws(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Tried to parse")  # types that the stand-in does not know
        yield _create(parameters)


def _create(parameters: dict[str, str]) -> Stack:
    ec2, cloudformation = client("ec2"), client("cloudformation")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    values = {
        "VpcId": ec2.describe_vpcs()["Vpcs"][0]["VpcId"],
        "SubnetIds": ",".join(subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]),
        "RepositoryUrl": "https://git.example.org/lectern",
        "ImageId": image,
        **parameters,
    }
    text = TEMPLATE.read_text().replace(BOOTSTRAP, f"      ImageId: !Ref ImageId\n{BOOTSTRAP}")
    for unknown, known in UNKNOWN.items():
        text = text.replace(f"!GetAtt {unknown}", known).replace(f"${{{unknown}}}", known)
    cloudformation.create_stack(
        StackName="lectern",
        TemplateBody=text,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
    )
    described = cloudformation.describe_stacks(StackName="lectern")["Stacks"][0]
    resources = cloudformation.list_stack_resources(StackName="lectern")["StackResourceSummaries"]
    return Stack(
        {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]},
        {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources if r["LogicalResourceId"]},
    )


def template_data(stack: Stack, template: str = "WorkerTemplate") -> dict[str, Any]:
    """How an instance is started, one of the group by default."""
    versions = client("ec2").describe_launch_template_versions(LaunchTemplateId=stack.resources[template])
    return versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]


def user_data(stack: Stack, template: str = "WorkerTemplate") -> str:
    """What an instance runs first."""
    return base64.b64decode(template_data(stack, template)["UserData"]).decode()
