"""The door to SQS: what each answer means, on the strict stand-in; and the plain round trip on moto."""

import time
from dataclasses import replace

import pytest

from consumer.clients.sqs import MAX_HOLD_S, Message, Queue
from consumer.errors import EnvironmentFault, LeaseLost, TransientError
from infra.sandbox.aws import REGION, Aws
from infra.sandbox.standins.sqs import StrictSqs


async def received(queue: Queue, lease_s: float = 30) -> Message:
    (message,) = await queue.receive(1, 0, lease_s)
    return message


async def test_a_message_is_hidden_while_it_is_held_and_seen_again_when_released(queue: Queue, sqs: StrictSqs) -> None:
    stored = sqs.add("hello")
    message = await received(queue)
    assert (message.body, message.receives) == ("hello", 1)
    assert not sqs.visible(stored)
    await queue.release(message)
    assert sqs.visible(stored)
    assert (await received(queue)).receives == 2


async def test_a_long_poll_brings_what_arrives_while_it_is_open(queue: Queue, sqs: StrictSqs) -> None:
    stored = sqs.add("later")
    stored.hidden_until = sqs.now() + 0.2
    assert [message.body for message in await queue.receive(1, 5, 30)] == ["later"]


async def test_never_more_messages_than_asked_for_nor_than_sqs_allows(queue: Queue, sqs: StrictSqs) -> None:
    for number in range(15):
        sqs.add(str(number))
    assert len(await queue.receive(2, 0, 30)) == 2
    assert len(await queue.receive(50, 0, 30)) == 10


async def test_extending_and_releasing_with_a_delay(queue: Queue, sqs: StrictSqs) -> None:
    stored = sqs.add("x")
    message = await received(queue)
    await queue.extend(message, 300)
    assert 295 < sqs.hidden_s(stored) <= 300
    await queue.release(message, 90)
    assert 85 < sqs.hidden_s(stored) <= 90


async def test_a_hold_that_ran_out_is_lost(queue: Queue, sqs: StrictSqs) -> None:
    sqs.add("x")
    message = await received(queue)
    sqs.pass_time(31)
    with pytest.raises(LeaseLost, match="MessageNotInflight"):
        await queue.extend(message, 30)


async def test_a_handle_of_an_earlier_receive_is_lost_and_deletes_nothing(queue: Queue, sqs: StrictSqs) -> None:
    stored = sqs.add("x")
    message = await received(queue)
    sqs.steal(stored)
    with pytest.raises(LeaseLost, match="ReceiptHandleIsInvalid"):
        await queue.extend(message, 30)
    await queue.release(message)
    await queue.delete(message)
    assert sqs.messages == [stored]
    assert not sqs.visible(stored)


async def test_twelve_hours_are_never_asked_for(queue: Queue, sqs: StrictSqs) -> None:
    sqs.add("x")
    message = replace(await received(queue), received_at=time.monotonic() - MAX_HOLD_S + 60)
    await queue.extend(message, 50)
    with pytest.raises(LeaseLost, match="twelve hours"):
        await queue.extend(message, 120)
    assert len(sqs.called("ChangeMessageVisibility")) == 1


async def test_what_sqs_itself_refuses_past_twelve_hours_is_a_lost_lease(queue: Queue, sqs: StrictSqs) -> None:
    stored = sqs.add("x")
    message = await received(queue)
    stored.received_at -= MAX_HOLD_S - 10
    with pytest.raises(LeaseLost, match="InvalidParameterValue"):
        await queue.extend(message, 30)


async def test_a_delay_longer_than_sqs_allows_is_cut_to_what_it_allows(queue: Queue, sqs: StrictSqs) -> None:
    stored = sqs.add("x")
    await queue.release(await received(queue), 10 * 24 * 3600)
    assert MAX_HOLD_S - 120 < sqs.hidden_s(stored) < MAX_HOLD_S


@pytest.mark.parametrize(
    ("code", "setting"),
    [
        ("AccessDenied", "AWS_ACCESS_KEY_ID"),
        ("ExpiredToken", "AWS_SECRET_ACCESS_KEY"),
        ("AWS.SimpleQueueService.NonExistentQueue", "SQS_QUEUE_URL"),
    ],
)
async def test_a_refusal_is_our_fault_and_names_the_setting(
    queue: Queue, sqs: StrictSqs, code: str, setting: str
) -> None:
    sqs.fail("ReceiveMessage", code)
    with pytest.raises(EnvironmentFault, match=f"SQS refused to receive messages: .*{setting}"):
        await queue.receive(1, 0, 30)


async def test_throttling_and_server_errors_pass(queue: Queue, sqs: StrictSqs) -> None:
    sqs.fail("ReceiveMessage", "InternalFailure", status=500)
    with pytest.raises(TransientError, match="SQS could not receive messages"):
        await queue.receive(1, 0, 30)
    assert await queue.receive(1, 0, 30) == []


async def test_one_hiccup_of_a_short_call_is_not_even_noticed(queue: Queue, sqs: StrictSqs) -> None:
    stored = sqs.add("x")
    message = await received(queue)
    sqs.fail("DeleteMessage", "InternalFailure", status=500)
    await queue.delete(message)
    assert stored not in sqs.messages


async def test_a_queue_that_cannot_be_reached_is_named() -> None:
    with pytest.raises(EnvironmentFault, match=r"the queue \(SQS_QUEUE_URL, AWS_ENDPOINT_URL\) cannot be reached"):
        await Queue("http://127.0.0.1:1/0/none", REGION, "http://127.0.0.1:1").reachable(tries=1)


async def test_a_queue_that_is_not_there_is_named_at_once(sqs: StrictSqs) -> None:
    endpoint = sqs.url.rsplit("/", 2)[0]
    with pytest.raises(EnvironmentFault, match="SQS refused to read the queue"):
        await Queue(f"{endpoint}/0/other", REGION, endpoint).reachable()


async def test_the_round_trip_on_moto(aws: Aws) -> None:
    queue = Queue(aws.queue_url, aws.client("sqs").meta.region_name, aws.endpoint)
    await queue.reachable()
    await queue.send("hello")
    (message,) = await queue.receive(1, 1, 30)
    assert message.body == "hello"
    await queue.extend(message, 60)
    await queue.delete(message)
    assert (await queue.attributes())["ApproximateNumberOfMessagesNotVisible"] == "0"
