"""Events of one member wait for their turn in this process, and the first of them is woken when one ends."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from activities import member_queue
from activities.member_queue import MAX_WAITING_OF_MEMBER, MemberQueue, Turn
from loyalty.references import EventRef


def event(name: str, member: str = "ann") -> EventRef:
    return EventRef("DEFAULT", name, "purchase", member, 1)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


async def test_the_end_of_an_event_wakes_the_first_that_waits_of_its_member(stack: ExitStack) -> None:
    queue = MemberQueue()
    third, second = stack.enter_context(queue.turn(event("third"))), stack.enter_context(queue.turn(event("second")))
    other = stack.enter_context(queue.turn(event("other", "bob")))
    for turn, position in ((third, 3), (second, 2), (other, 2)):
        assert turn.begin(position)
        turn.start(0.2)
    waits = [asyncio.create_task(turn.wait()) for turn in (third, second, other)]
    await asyncio.sleep(0)

    queue.settle("ann", "first")
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert [wait.done() for wait in waits] == [False, True, False]
    assert [await wait for wait in waits] == [False, True, False]


async def test_an_end_while_an_event_looks_is_not_missed(stack: ExitStack) -> None:
    queue = MemberQueue()
    turn = stack.enter_context(queue.turn(event("second")))
    queue.settle("ann", "first")  # between its look at the database and its wait
    turn.begin(2)
    turn.start(60)

    assert await asyncio.wait_for(turn.wait(), 30)


async def test_an_event_is_not_woken_by_its_own_end(stack: ExitStack) -> None:
    queue = MemberQueue()
    first, second = stack.enter_context(queue.turn(event("first"))), stack.enter_context(queue.turn(event("second")))
    for turn, position in ((first, 1), (second, 2)):
        turn.begin(position)
        turn.start(0.05)

    queue.settle("ann", "first")

    assert (await second.wait(), await first.wait()) == (True, False)


async def test_only_the_first_of_a_member_looks_at_the_database_now_and_then(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member_queue, "_FIRST_PAUSE", 0.01)
    queue = MemberQueue()
    turns = [stack.enter_context(queue.turn(event(str(number)))) for number in range(3)]
    for position, turn in enumerate(turns, start=2):
        turn.begin(position)
        turn.start(0.1)

    looks = await asyncio.gather(*(turn.wait() for turn in turns))

    assert looks == [True, False, False]


@pytest.mark.parametrize(("limit", "member"), [("MAX_WAITING_OF_MEMBER", "ann"), ("MAX_WAITING", "bob")])
async def test_so_many_wait_at_once_and_no_more(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch, limit: str, member: str
) -> None:
    monkeypatch.setattr(member_queue, limit, 2)
    queue = MemberQueue()
    turns = [stack.enter_context(queue.turn(event(str(number)))) for number in range(2)]
    began = [turn.begin(position) for position, turn in enumerate(turns)]

    with queue.turn(event("one more", member)) as turn:
        assert (began, turn.begin(9)) == ([True, True], False)


async def test_a_place_is_free_again_when_its_event_goes_on() -> None:
    queue = MemberQueue()
    for _ in range(2 * MAX_WAITING_OF_MEMBER):
        with queue.turn(event("e")) as turn:
            assert turn.begin(2)

    assert (queue._turns, queue._waiting) == ({}, 0)


async def test_who_waits_for_an_event_sees_its_end() -> None:
    queue = MemberQueue()
    with queue.end_of("e1") as ended, queue.end_of("e2") as other:
        queue.settle("ann", "e1")
        assert (ended.is_set(), other.is_set()) == (True, False)

    assert queue._ends == {}


async def test_a_turn_that_is_over_returns_at_once(stack: ExitStack) -> None:
    turn: Turn = stack.enter_context(MemberQueue().turn(event("e")))
    turn.begin(2)
    turn.start(0)

    assert not await turn.wait()
