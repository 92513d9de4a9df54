"""What a role may do, read from the policy that was made."""

from fnmatch import fnmatchcase
from typing import Any, cast

import yaml

from tests.support.infra.template import ACCOUNT, REGION, Stack, client

ROLE = f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:db-ID/"
PARAMETER, SECRET = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"
KEYS = {"s3:prefix": "videos/"}


def statements(stack: Stack, role: str = "WorkerRole") -> list[dict[str, Any]]:
    name = stack.resources[role]
    (policy_name,) = client("iam").list_role_policies(RoleName=name)["PolicyNames"]
    policy = client("iam").get_role_policy(RoleName=name, PolicyName=policy_name)
    document = policy["PolicyDocument"]
    if isinstance(document, str):  # the stand-in keeps it with single quotes
        document = cast("dict[str, Any]", yaml.safe_load(document))
    return [each for each in document["Statement"] if isinstance(each, dict)]  # for AWS::NoValue it leaves None


def listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def allows(statement: dict[str, Any], action: str, resource: str, context: dict[str, str]) -> bool:
    """Whether one Allow statement covers a request; of conditions it knows StringLike, and no other may stand there."""
    conditions = statement.get("Condition", {})
    assert set(conditions) <= {"StringLike"}
    return (
        any(fnmatchcase(action, each) for each in listed(statement["Action"]))
        and any(fnmatchcase(resource, each) for each in listed(statement["Resource"]))
        and all(fnmatchcase(context.get(key, ""), like) for key, like in conditions.get("StringLike", {}).items())
    )


def allowed(stack: Stack, action: str, resource: str, context: dict[str, str] = KEYS, role: str = "WorkerRole") -> bool:
    """Whether the role may do this. Every statement is an Allow."""
    queue, dead = (stack.outputs[name].split("/")[-1] for name in ("QueueUrl", "DeadLetterQueueUrl"))
    (described,) = client("cloudformation").describe_stacks(StackName="lectern")["Stacks"]
    logs = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{stack.resources['Logs']}:log-stream:x"
    names = {
        "logs": logs,
        "queue": queue,
        "dead": dead,
        "bucket": stack.outputs["BucketName"],
        "stack": described["StackId"],
    }
    found = statements(stack, role)
    assert {statement["Effect"] for statement in found} == {"Allow"}
    return any(allows(statement, action, resource.format(**names), context) for statement in found)
