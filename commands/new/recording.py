"""A test made of an event that happened: read from the database, its member as they were just before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from commands.shared.database_reader import Events, program_files, read_only
from commands.shared.errors import CannotDo
from commands.shared.lookup import event_meant
from database.history import History
from database.transaction import Transaction
from loyalty.calendar import local_day, start_of
from loyalty.decisions.decision_json import to_json
from loyalty.engine.in_memory import ProcessedEvent
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.program import Program
from loyalty.store.memory.member_state import MemberState
from loyalty.store.rows import Row
from program_files import read_revision
from workbench.backtest import MemberRange, Replay
from workbench.scenarios.writing import REGISTERED, CannotWrite, Recorded, written


class CannotRecord(CannotDo):
    """No test can be made of an event; the message says why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The text of a test, and what it does otherwise than was done then."""

    text: str
    differences: tuple[str, ...]


def recording(event_id: str, *, data: Path, store: str | None) -> Recording:
    """A test of an event, by its id or its reporter's; raise NotFound, CannotRecord, or what `read_only` raises."""
    with read_only(data) as connection:
        tx, row = event_meant(Events(connection), event_id, store)
        _refuse_caused(tx, row)
        program = read_revision(program_files(tx, row["revision"]))
        recorded = _recorded(connection, program, row)
        did = [words for result in tx.events.step_results(row["id"]) for words in result["did"]]
    try:
        first = written(recorded, program)
        differences = _differences(first.happened, row, did)
        notes = [f"When it happened it was otherwise: {each}" for each in differences]
        return Recording(written(recorded, program, notes=notes).text if notes else first.text, differences)
    except CannotWrite as error:
        raise CannotRecord(f"no test can be made of event {row['id']}: {error}") from None


def _refuse_caused(tx: Transaction, row: Row) -> None:
    root = row
    while root["parent"] is not None and (above := tx.events.get(root["parent"])):
        root = above
    if root is not row:
        raise CannotRecord(
            f"{row['type']} was caused by another event: make the test of {root['id']}, a {root['type']}"
        )
    if row["type"] in BUILT_IN and row["type"] != REGISTERED:
        raise CannotRecord(f"{row['type']} happened by itself: a test waits for it, see docs/testing.md")
    if row["decision"] is None:
        raise CannotRecord(f"event {row['id']} is not decided yet: try again when it is")


def _recorded(connection: Connection, program: Program, row: Row) -> Recorded:
    """The member at the start of the event's day, and from there by what they did until the event."""
    since = start_of(local_day(row["received_at"], program.zone), program.zone)
    history = History(connection, program, since=since, until=row["received_at"])
    only = MemberRange(row["member"], row["member"])
    replay = Replay(program, since)
    openings = list(history.openings(only))
    replay.open(openings, history.used_by_program())
    for event in history.events(only):
        replay.report(event)
    replay.advance(row["received_at"] - timedelta(microseconds=1))
    account: MemberState | None = replay.store.members_by_id.get(row["member"])
    return Recorded(
        type=row["type"],
        time=row["time"],
        received_at=row["received_at"],
        body=row["body"],
        account=openings[0].state if account is None else account,
        is_registered=account is not None,
        used_by_program=replay.store.used,
    )


def _differences(happened: Sequence[ProcessedEvent], row: Row, did: Sequence[str]) -> tuple[str, ...]:
    """What the test does otherwise than was done: what was masked, or is not kept of the past, may decide."""
    event = next(each for each in happened if each.type == row["type"] and each.parent is None)
    then, now = (dict(_verdicts(kept)) for kept in (row["decision"], to_json(event.decision)))
    found = [
        f"{name} was {then[name]}, here {now.get(name, 'not asked')}" for name in then if then[name] != now.get(name)
    ]
    if not found and sorted(did) != sorted(event.log):
        found = [f"it did {', '.join(did) or 'nothing'}; here {', '.join(event.log) or 'nothing'}"]
    return tuple(" ".join(each.split()) for each in found)


def _verdicts(kept: Any) -> list[tuple[str, str]]:
    return [(answer["source"], answer["verdict"].replace("_", " ")) for answer in kept]
