"""The template, created for real against a stand-in for CloudFormation.

What the stand-in does not make (alarms, scaling policies, rules, …) test_template.py reads.
"""

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.infra.template import MASTER_SECRET, TEMPLATE, Stack, client, created, template_data, user_data


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with created(CreateDatabase="yes") as made:
        yield made


def test_cfn_lint_finds_nothing() -> None:
    done = subprocess.run(["cfn-lint", str(TEMPLATE)], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


def test_the_queue_gives_up_a_message_only_after_many_receives(stack: Stack) -> None:
    queue = stack.outputs["QueueUrl"]
    attributes = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    redrive = json.loads(attributes["RedrivePolicy"])
    assert int(redrive["maxReceiveCount"]) >= 10
    assert redrive["deadLetterTargetArn"].split(":")[-1] == stack.outputs["DeadLetterQueueUrl"].split("/")[-1]


def test_people_have_days_to_look_at_a_dead_letter_however_long_it_was_tried(stack: Stack) -> None:
    def kept_s(output: str) -> int:
        asked = {"QueueUrl": stack.outputs[output], "AttributeNames": ["MessageRetentionPeriod"]}
        return int(client("sqs").get_queue_attributes(**asked)["Attributes"]["MessageRetentionPeriod"])

    assert kept_s("DeadLetterQueueUrl") - kept_s("QueueUrl") >= 4 * 24 * 3600


def test_instances_demand_metadata_tokens_and_let_containers_reach_them(stack: Stack) -> None:
    options = template_data(stack)["MetadataOptions"]
    assert options["HttpTokens"] == "required"
    assert int(options["HttpPutResponseHopLimit"]) == 2


def test_only_the_workers_reach_the_database(stack: Stack) -> None:
    (database,) = client("rds").describe_db_instances()["DBInstances"]
    assert not database["PubliclyAccessible"]
    described = client("ec2").describe_security_groups(GroupIds=[stack.resources["DatabaseSecurityGroup"]])
    (rule,) = described["SecurityGroups"][0]["IpPermissions"]
    assert rule["FromPort"] == 5432
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [stack.resources["WorkerSecurityGroup"]]


def test_the_user_data_is_a_script_that_says_where_everything_is(stack: Stack) -> None:
    script = user_data(stack)
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
    assert script.startswith("#!/bin/bash\n")
    assert f"SQS_QUEUE_URL='{stack.outputs['QueueUrl']}' S3_BUCKET='{stack.outputs['BucketName']}'" in script
    assert "CREATE_DATABASE='yes' DATABASE_SECRET=''" in script
    assert MASTER_SECRET not in script
    assert f"DB_HOST='{stack.outputs['DatabaseEndpoint']}'" in script
    assert len(script) < 16_000  # EC2 takes no more
