"""What the database must hold once every accepted event is applied, whatever was killed meanwhile."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, ColumnElement, Connection, Engine, func, select

from database.audit import audit, audited_stores
from database.tables import allocation, event, member, progress, transfer
from loyalty.program.wallets import ONE
from program_files import read_program

EVENTS_A_PRIZE = 3
PRIZE = 1000
PROGRAM = {
    "program.yaml": "store: DEFAULT\ntitle: A shop\ntimezone: UTC\nwallets:\n  points: {default: true}\n",
    "events/purchase.yaml": (
        "event: purchase\nbody: {type: object, required: [total], properties: {total: {type: integer, minimum: 1}}}\n"
    ),
    "reactors/points.yaml": (
        "reactor: points\non: purchase\nthen: [{award_points: {points: {var: event.body.total}}}]\n"
    ),
    "achievements/thrice.yaml": (
        f"achievement: thrice\non: purchase\ngoal: {EVENTS_A_PRIZE}\nrepeat: unlimited\n"
        f"then: [{{award_points: {{points: {PRIZE}}}}}]\n"
    ),
}
"""Every purchase pays its total, and every third one of a member a prize on top."""


@dataclass(frozen=True)
class Purchase:
    """An event that was accepted."""

    id: str
    external_id: str
    email: str
    total: int


def unapplied(engine: Engine) -> int:
    """How many events are not applied yet."""
    with engine.connect() as connection:
        return connection.execute(select(func.count()).where(event.c.status != "applied")).scalar_one()


def faults(engine: Engine, accepted: Sequence[Purchase]) -> list[str]:
    """Everything that is not as the accepted events make it; one line each."""
    with engine.connect() as connection:
        return [*_of_events(connection, accepted), *_of_points(connection, accepted), *_of_ledger(connection)]


def _of_events(connection: Connection, accepted: Sequence[Purchase]) -> Iterator[str]:
    stored = {row.id: row for row in connection.execute(select(event).where(event.c.type == "purchase"))}
    for purchase in accepted:
        row = stored.pop(purchase.id, None)
        if row is None:
            yield f"{purchase.external_id} was accepted as {purchase.id}, and is not there"
        elif row.external_id != purchase.external_id or row.status != "applied":
            yield f"{purchase.external_id} is stored as {row.external_id}, {row.status}: {row.error}"
    for row in stored.values():
        yield f"{row.external_id} was never accepted, and is there as {row.id}"


def _of_points(connection: Connection, accepted: Sequence[Purchase]) -> Iterator[str]:
    """Each purchase paid its total, once; each member has as many prizes as thirds."""
    paid: dict[str, list[int]] = defaultdict(list)
    for row in connection.execute(select(transfer).where(transfer.c.source == "reactor/points")):
        paid[row.event].append(row.points // ONE)
    for purchase in accepted:
        if paid.get(purchase.id) != [purchase.total]:
            yield f"{purchase.external_id} is worth {purchase.total}, and paid {paid.get(purchase.id, [])}"
    counts = Counter(purchase.email for purchase in accepted)
    due = {email: count // EVENTS_A_PRIZE for email, count in counts.items()}
    prizes = _sums(connection, transfer.c.points, transfer.c.source == "achievement/thrice")
    completed = _sums(connection, progress.c.completed)
    for email, times in due.items():
        if completed.get(email, 0) != times or prizes.get(email, 0) != times * PRIZE * ONE:
            got = f"{completed.get(email, 0)} times for {prizes.get(email, 0) // ONE} points"
            yield f"{email} completed the achievement {got}, not {times} times"
    should = sum(purchase.total for purchase in accepted) + PRIZE * sum(due.values())
    ledger = connection.execute(select(func.coalesce(func.sum(transfer.c.points), 0))).scalar_one() // ONE
    if ledger != should:
        yield f"the ledger's sum is {ledger}, not {should}"


def _of_ledger(connection: Connection) -> Iterator[str]:
    """Everything that `laurel audit` finds, and points that were taken from lots."""
    program = read_program({name: text.encode() for name, text in PROGRAM.items()})
    for store in audited_stores(connection):
        for found in audit(connection, store, now=datetime.now(UTC), program=program).findings:
            yield f"{found.check}: {found}"
    if connection.execute(select(func.count()).select_from(allocation)).scalar_one():
        yield "points were taken from lots, though nothing takes any"


def _sums(connection: Connection, column: Column[int], *conditions: ColumnElement[bool]) -> Mapping[str, int]:
    """The sum of a column of a table of members' things, by the member's email."""
    total = func.sum(column)
    whose = (member.c.id == column.table.c.member, *conditions)
    rows = connection.execute(select(member.c.email, total).where(*whose).group_by(member.c.email))
    return {email: int(number) for email, number in rows}
