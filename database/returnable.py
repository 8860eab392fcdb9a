"""Read the returnable history of members in bulk: the input of returns in a backtest or a simulation."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from database.queries import columns_of
from database.revisions import RevisionQueries
from database.tables import contribution, customer_transaction, decision_facts, event, reversal, reversible_event
from loyalty.program.program import Program
from loyalty.program.wallets import Points
from loyalty.store.contributions import Contribution
from loyalty.store.events import StoredEvent
from loyalty.store.returnable import ReturnableEvent, ReturnablePast
from loyalty.store.reversals import ReversibleEvent, StoredReversal
from loyalty.store.tiers import CountedSale
from loyalty.store.transactions import StoredTransaction
from loyalty.transactions.returned_lines import left_of
from program_files import ProgramFaults, read_revision

RETURNS = "transaction_returned"
_DOCUMENTS = frozenset({"transaction", RETURNS})


def returning_types(*programs: Program) -> frozenset[str]:
    """Return the types of events that take back what others gave, under any of these programs."""
    types = {name: each for program in programs for name, each in program.event_types.items()}
    return frozenset({RETURNS, *(name for name, each in types.items() if each.reverses is not None)})


def returnable_types(*programs: Program) -> frozenset[str]:
    """Return the types of events that take back, or can be taken back, under any of these programs."""
    return returning_types(*programs) | _DOCUMENTS | {name for each in programs for name in each.reversals_of}


class ReturnablePasts:
    """Reads the returnable events of members of one store, as far as they were applied before a moment."""

    def __init__(self, connection: Connection, store: str, types: Collection[str], *, before: datetime | None) -> None:
        self._connection = connection
        self._store = store
        self._types = types
        self._before = before

    def of(self, members: ColumnElement[bool]) -> Mapping[str, ReturnablePast]:
        """Return the returnable pasts of the members whose events satisfy a condition, by member id."""
        found: dict[str, list[StoredEvent]] = defaultdict(list)
        kept: set[str] = set()
        here = and_(event.c.store == self._store, event.c.status == "applied", members)
        if self._before is not None:
            here = and_(here, func.coalesce(event.c.settled_at, event.c.received_at) < self._before)
        is_wanted = or_(event.c.type.in_(self._types), event.c.parent.is_not(None))
        wanted = select(*columns_of(StoredEvent, event)).where(here, is_wanted)
        for row in self._connection.execute(wanted.order_by(event.c.received_at, event.c.depth, event.c.id)):
            each = StoredEvent(*row)
            if each.type in self._types or each.parent in kept:
                kept.add(each.id)
                found[each.member].append(each)
        if not found:
            return {}
        facts = self._facts(here)
        contributed = self._contributions(here)
        return {
            member: ReturnablePast(
                [ReturnableEvent(each, facts.get(each.id), contributed.get(each.id, ())) for each in events],
                *self._documents(member, kept),
            )
            for member, events in found.items()
        }

    def _facts(self, here: ColumnElement[bool]) -> Mapping[str, Mapping[str, object]]:
        joined = select(decision_facts.c.event, decision_facts.c.facts).join(
            event, event.c.id == decision_facts.c.event
        )
        return {row.event: row.facts for row in self._connection.execute(joined.where(here))}

    def _contributions(self, here: ColumnElement[bool]) -> Mapping[str, list[Contribution]]:
        found: dict[str, list[Contribution]] = defaultdict(list)
        columns = (contribution.c.event, *columns_of(Contribution, contribution))
        joined = select(*columns).join(event, event.c.id == contribution.c.event)
        for event_id, *values in self._connection.execute(joined.where(here)):
            found[event_id].append(Contribution(*values))
        return found

    def _documents(
        self, member: str, kept: Collection[str]
    ) -> tuple[list[StoredTransaction], list[StoredReversal], list[ReversibleEvent]]:
        """Return the transactions of these events, what they reverse, and the keys by which they are found."""
        table, order = customer_transaction, customer_transaction.c.created_at
        rows = self._connection.execute(
            select(*columns_of(StoredTransaction, table)).where(table.c.member == member).order_by(order, table.c.id)
        )
        transactions = [each for each in (StoredTransaction(*row) for row in rows) if each.event in kept]
        rows = self._connection.execute(
            select(*columns_of(StoredReversal, reversal))
            .where(reversal.c.store == self._store, reversal.c.member == member)
            .order_by(reversal.c.created_at, reversal.c.event)
        )
        reversals = [each for each in (StoredReversal(*row) for row in rows) if each.event in kept]
        rows = self._connection.execute(
            select(*columns_of(ReversibleEvent, reversible_event)).where(
                reversible_event.c.store == self._store, reversible_event.c.member == member
            )
        )
        reversible = [each for each in (ReversibleEvent(*row) for row in rows) if each.event in kept]
        return transactions, reversals, reversible


def programs_of(connection: Connection, store: str, pasts: Iterable[ReturnablePast]) -> dict[int, Program | None]:
    """Return the programs that decided events, by revision; None: a program cannot be read any more."""
    numbers = {each.event.revision for past in pasts for each in past.events}
    revisions = RevisionQueries(connection, store)
    found: dict[int, Program | None] = {}
    for number in sorted(numbers):
        files = revisions.files(number)
        try:
            found[number] = None if files is None else read_revision({k: v.encode() for k, v in files.items()})
        except ProgramFaults:
            found[number] = None
    return found


def count_as_before(
    counted: Sequence[CountedSale], past: ReturnablePast, returned_since: Collection[str]
) -> list[CountedSale]:
    """Return what the sales of a member counted at the moment: sales returned since, by their remaining share.

    `returned_since`: their document numbers.
    """
    left = {
        sale.event: left_of(
            sale.items,
            [each.items for each in past.transactions if each.is_return and each.linked_number == sale.document_number],
        )
        for sale in past.transactions
        if sale.document_number in returned_since
    }
    return [
        replace(each, amount=Points(each.sold - left[each.event].share_of(each.sold))) if each.event in left else each
        for each in counted
    ]
