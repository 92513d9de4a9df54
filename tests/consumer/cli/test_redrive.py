"""Dead letters are shown, and sent back."""

import io

from rich.console import Console

from consumer.cli.redrive import redrive
from consumer.clients.sqs import Queue
from infra.sandbox.standins.sqs import Stored, StrictSqs


def dead(sqs: StrictSqs, count: int) -> None:
    sqs.dead_letters += [Stored(f"d{number}", f'{{"video_id": "v{number}"}}') for number in range(count)]


async def test_dead_letters_go_back_to_the_queue(queue: Queue, sqs: StrictSqs) -> None:
    dead(sqs, 12)
    console = Console(file=io.StringIO())
    assert await redrive(queue, console, dry_run=False) == 12
    assert len(sqs.messages) == 12
    assert sqs.dead_letters == []


async def test_a_dry_run_shows_them_and_leaves_them_to_be_sent_back_right_after(queue: Queue, sqs: StrictSqs) -> None:
    dead(sqs, 3)
    said = io.StringIO()
    assert await redrive(queue, Console(file=said), dry_run=True) == 3
    assert said.getvalue().splitlines() == ['{"video_id": "v0"}', '{"video_id": "v1"}', '{"video_id": "v2"}']
    assert sqs.messages == []
    assert await redrive(queue, Console(file=said), dry_run=False) == 3


async def test_a_dead_letter_that_we_made_says_why(queue: Queue, sqs: StrictSqs) -> None:
    sqs.add("not json")
    (message,) = await queue.receive(1, 0, 30)
    assert await queue.bury(message, "not_json: the message is not JSON")
    assert sqs.messages == []
    said = io.StringIO()
    await redrive(queue, Console(file=said), dry_run=True)
    assert said.getvalue() == "not json (not_json: the message is not JSON)\n"


async def test_a_long_dry_run_shows_each_of_them_once(queue: Queue, sqs: StrictSqs) -> None:
    class Slow(io.StringIO):
        """Reading takes half a minute a line."""

        def write(self, text: str) -> int:
            sqs.pass_time(15)
            return super().write(text)

    dead(sqs, 12)
    said = Slow()
    assert await redrive(queue, Console(file=said), dry_run=True) == 12
    assert len(set(said.getvalue().splitlines())) == len(said.getvalue().splitlines()) == 12


async def test_one_that_fails_again_meanwhile_is_not_sent_twice(queue: Queue, sqs: StrictSqs) -> None:
    class Failing(io.StringIO):
        """Whatever is in the queue becomes a dead letter again while we go on."""

        def write(self, text: str) -> int:
            sqs.dead_letters += sqs.messages
            sqs.messages.clear()
            return super().write(text)

    dead(sqs, 3)
    assert await redrive(queue, Console(file=Failing()), dry_run=False) == 3
    assert len(sqs.messages) + len(sqs.dead_letters) == 3
    assert all(letter.hidden_until <= sqs.now() for letter in sqs.dead_letters)


async def test_a_message_received_too_often_becomes_a_dead_letter_in_the_stand_in(queue: Queue, sqs: StrictSqs) -> None:
    sqs.max_receives = 2
    sqs.add("x")
    for _ in range(2):
        (message,) = await queue.receive(1, 0, 30)
        await queue.release(message)
    assert await queue.receive(1, 0, 30) == []
    assert [letter.body for letter in sqs.dead_letters] == ["x"]
