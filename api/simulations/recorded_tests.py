"""Generate a designer's test from a stored event, with its member as they were just before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from database.history import History
from database.transaction import ReadTransaction
from loyalty.calendar import local_day, start_of
from loyalty.decisions.decision_json import to_json
from loyalty.engine.in_memory import ProcessedEvent
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.program import Program
from loyalty.store.events import StoredEvent
from loyalty.store.memory.member_state import MemberState
from workbench.backtest import MemberRange, Replay
from workbench.generation.generation import (
    REGISTERED,
    RETURN,
    SALE,
    CannotGenerateTest,
    RecordedEvent,
    RecordedReversal,
    generate_test,
)


@dataclass(frozen=True, slots=True)
class RecordedTest:
    """The text of a test, and how its result differs from what happened."""

    text: str
    differences: tuple[str, ...]


def write_test(recorded: RecordedEvent, program: Program, stored: StoredEvent, did: Sequence[str]) -> RecordedTest:
    """Return a test of an event, with its differences from what happened; raise CannotGenerateTest."""
    first = generate_test(recorded, program)
    differences = _differences(first.events, stored, did)
    notes = [f"When it happened it was otherwise: {each}" for each in differences]
    return RecordedTest(generate_test(recorded, program, notes=notes).text if notes else first.text, differences)


def refuse_caused(tx: ReadTransaction, stored: StoredEvent) -> None:
    """Raise CannotGenerateTest for an event that was caused by another, or is not stored any more."""
    root = stored
    while root.parent is not None and (above := tx.events.get(root.parent)):
        root = above
    if root is not stored:
        raise CannotGenerateTest(
            f"{stored.type} was caused by another event: make the test of {root.id}, a {root.type}"
        )
    if stored.type in BUILT_IN and stored.type not in (REGISTERED, SALE, RETURN):
        raise CannotGenerateTest(f"{stored.type} happened by itself: a test waits for it, see docs/testing.md")
    if stored.removed_at is not None:
        raise CannotGenerateTest(f"body and decision of event {stored.id} were removed on {stored.removed_at:%Y-%m-%d}")
    if stored.decision is None:
        raise CannotGenerateTest(f"event {stored.id} is not decided yet: try again when it is")


def refuse_reversal(program: Program, event_type: str) -> None:
    """Raise CannotGenerateTest for a simulated event of a type that reverses another, which no test has."""
    known = program.event_types.get(event_type)
    if known is not None and known.reverses is not None:
        raise CannotGenerateTest(
            f"{event_type} takes back what a {known.reverses.event} gave: make the test of the {known.reverses.event}, "
            f"and add a step of {event_type} to it"
        )


def recorded_event(tx: ReadTransaction, program: Program, stored: StoredEvent) -> RecordedEvent:
    """Return an event with the state of its member: a snapshot at the start of its day, and a replay from there.

    A return is recorded with its sale, and an event that reverses another with that; the state is the one before it.
    Raise CannotGenerateTest if that event cannot be recorded.
    """
    reversed_ = _reversed_by(tx, program, stored)
    if reversed_ is None:
        return _recorded(tx.connection, program, stored)
    reversal = RecordedReversal(stored.type, stored.time, stored.received_at, stored.body)
    return replace(_recorded(tx.connection, program, reversed_), reversal=reversal)


def _reversed_by(tx: ReadTransaction, program: Program, stored: StoredEvent) -> StoredEvent | None:
    """Return the event that a return or an event of a program reverses; None for an event that reverses none."""
    known = program.event_types.get(stored.type)
    if stored.type == RETURN:
        sale = tx.transactions.get(stored.body["sale"])
        name, event_id = "its sale", None if sale is None else sale.event
    elif known is not None and known.reverses is not None:
        reversal = tx.reversals.get(stored.id)
        name, event_id = f"the {known.reverses.event} that it reverses", None if reversal is None else reversal.reversed
    else:
        return None
    event = None if event_id is None else tx.events.get(event_id)
    if event is None:
        raise CannotGenerateTest(f"the event of {name} is not kept any more")
    try:
        refuse_caused(tx, event)
    except CannotGenerateTest as error:
        raise CannotGenerateTest(f"it takes back what {name} gave, and {error}") from None
    return event


def _recorded(connection: Connection, program: Program, stored: StoredEvent) -> RecordedEvent:
    since = start_of(local_day(stored.received_at, program.zone), program.zone)
    history = History(connection, program, since=since, until=stored.received_at)
    only = MemberRange(stored.member, stored.member)
    replay = Replay(program, since)
    openings = list(history.snapshots(only))
    replay.load(openings, history.used_by_program())
    for event in history.events(only):
        replay.report(event)
    replay.advance(stored.received_at - timedelta(microseconds=1))
    state: MemberState | None = replay.store.members_by_id.get(stored.member)
    return RecordedEvent(
        type=stored.type,
        time=stored.time,
        received_at=stored.received_at,
        body=stored.body,
        state=openings[0].state if state is None else state,
        is_registered=state is not None,
        used_by_program=replay.store.used,
    )


def _differences(happened: Sequence[ProcessedEvent], stored: StoredEvent, did: Sequence[str]) -> tuple[str, ...]:
    """Return how the test's result differs from what happened, since masked or removed values may change a decision."""
    event = next(each for each in happened if each.type == stored.type and each.parent is None)
    then, now = (dict(_verdicts(kept)) for kept in (stored.decision, to_json(event.decision)))
    found = [
        f"{name} was {then[name]}, here {now.get(name, 'not asked')}" for name in then if then[name] != now.get(name)
    ]
    if not found and sorted(did) != sorted(event.log):
        found = [f"it did {', '.join(did) or 'nothing'}; here {', '.join(event.log) or 'nothing'}"]
    return tuple(" ".join(each.split()) for each in found)


def _verdicts(kept: Any) -> list[tuple[str, str]]:
    return [(answer["source"], answer["verdict"].replace("_", " ")) for answer in kept]
