"""The history of a member: events, transfers and changes by administrators in one order, paged by key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from sqlalchemy import Column, ColumnElement, Table, and_, or_, select

from database.audit_log import AuditEntry
from database.ledger_queries import TRANSFER_COLUMNS, transfer_record
from database.pages import MAX_COUNTED, Condition, count
from database.queries import Queries
from database.tables import audit_log, delivery, event, transfer
from database.unreadable import shown_columns_of
from loyalty.events.builtin_events import BUILT_IN
from loyalty.members.history import HistorySelection
from loyalty.store.events import StoredEvent
from loyalty.store.points import Transfer

HistorySource: TypeAlias = Literal["event", "transfer", "change"]
_RANKS: Final[Mapping[HistorySource, int]] = {"event": 0, "transfer": 1, "change": 2}
"""The order of entries of one moment: an event comes before its transfers."""

LOOKED_UP_AT_ONCE: Final = 200


class HistoryKey(NamedTuple):
    """The position of an entry in the history."""

    at: datetime
    rank: int
    id: str


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message about an event, and whether it was delivered."""

    delivery: str
    event: str
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry: what happened, the messages about it, and the administrator who requested it."""

    key: HistoryKey
    record: StoredEvent | Transfer | AuditEntry
    messages: Sequence[SentMessage] = ()
    asked_by: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """The requested entries of a member. `dates`: conditions on the moment; `wallet`: only transfers in this one."""

    member: str
    selection: HistorySelection
    limit: int
    offset: int = 0
    after: HistoryKey | None = None
    newest_first: bool = True
    dates: Sequence[Condition] = ()
    wallet: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of entries. `next` None: it is the last."""

    entries: Sequence[HistoryEntry]
    next: HistoryKey | None


@dataclass(frozen=True, slots=True)
class _Source:
    """A table of entries, its columns of moment and id, and the conditions on its rows."""

    name: HistorySource
    table: Table
    at: Column[Any]
    where: Sequence[ColumnElement[bool]]

    def behind(self, key: HistoryKey, *, newest_first: bool) -> ColumnElement[bool]:
        """Return the condition on rows behind a position, which the index of moments serves."""
        rank, id_ = _RANKS[self.name], self.table.c.id
        before, reached = (
            (self.at < key.at, self.at <= key.at) if newest_first else (self.at > key.at, self.at >= key.at)
        )
        if rank == key.rank:
            return and_(reached, or_(before, id_ < key.id if newest_first else id_ > key.id))
        return reached if (rank < key.rank) == newest_first else before


class HistoryQueries(Queries):
    """Reads the history of members of one store."""

    def page(self, request: HistoryRequest) -> HistoryPage:
        """Return a page of the history, at a cost that depends only on its size and offset."""
        found = [list(self._keys(source, request)) for source in self._sources(request)]
        merged = merge(*found, reverse=request.newest_first)
        keys = list(islice(merged, request.offset, request.offset + request.limit + 1))
        shown = keys[: request.limit]
        return HistoryPage(self._entries(shown), shown[-1] if len(keys) > request.limit else None)

    def count(self, request: HistoryRequest) -> int:
        """Return how many entries there are; beyond MAX_COUNTED they are not counted."""
        counted = sum(count(self.connection, each.table, each.where) for each in self._sources(request))
        return min(counted, MAX_COUNTED + 1)

    def _sources(self, request: HistoryRequest) -> Iterator[_Source]:
        wanted = request.selection
        if request.wallet is None and (wanted.built_in or wanted.custom):
            yield self._events(request)
        if wanted.transfers:
            yield self._transfers(request)
        if request.wallet is None and wanted.changes:
            yield self._changes(request)

    def _events(self, request: HistoryRequest) -> _Source:
        wanted = request.selection
        if wanted.custom:
            types = event.c.type.not_in(sorted(BUILT_IN.keys() - wanted.built_in))
        else:
            types = event.c.type.in_(sorted(wanted.built_in))
        return _source("event", event, event.c.received_at, request, event.c.member == request.member, types)

    def _transfers(self, request: HistoryRequest) -> _Source:
        wanted, where = request.selection, [transfer.c.member == request.member]
        where.append(transfer.c.kind.in_(sorted(wanted.transfers)))
        if wanted.is_pending is not None:
            where.append(transfer.c.pending != 0 if wanted.is_pending else transfer.c.pending == 0)
        if request.wallet is not None:
            where.append(transfer.c.wallet == request.wallet)
        return _source("transfer", transfer, transfer.c.at, request, *where)

    def _changes(self, request: HistoryRequest) -> _Source:
        here = (audit_log.c.store == self.store, audit_log.c.entity_id == request.member)
        return _source("change", audit_log, audit_log.c.created_at, request, *here)

    def _keys(self, source: _Source, request: HistoryRequest) -> Iterator[HistoryKey]:
        keys = (source.at, source.table.c.id)
        order = tuple(column.desc() for column in keys) if request.newest_first else keys
        where = list(source.where)
        if request.after is not None:
            where.append(source.behind(request.after, newest_first=request.newest_first))
        wanted = select(*keys).where(*where).order_by(*order).limit(request.offset + request.limit + 1)
        return (HistoryKey(at, _RANKS[source.name], id_) for at, id_ in self.connection.execute(wanted))

    def _entries(self, keys: Sequence[HistoryKey]) -> list[HistoryEntry]:
        ids = {name: [key.id for key in keys if key.rank == rank] for name, rank in _RANKS.items()}
        records: dict[str, StoredEvent | Transfer | AuditEntry] = {}
        for found in (self._read_events(ids["event"]), self._read_transfers(ids["transfer"])):
            records |= {each.id: each for each in found}
        records |= {each.id: each for each in self._read_changes(ids["change"])}
        shown = [(key, records[key.id]) for key in keys if key.id in records]
        events = {each.event if isinstance(each, Transfer) else each.id for _, each in shown}
        messages = self._messages(sorted(events))
        asked = self._asked_by([key.id for key, _ in shown])
        return [HistoryEntry(key, each, messages.get(_event_of(each), ()), asked.get(key.id)) for key, each in shown]

    def _read_events(self, ids: Sequence[str]) -> list[StoredEvent]:
        here = select(*shown_columns_of(StoredEvent, event)).where(event.c.store == self.store, event.c.id.in_(ids))
        return [StoredEvent(*row) for row in self.connection.execute(here)] if ids else []

    def _read_transfers(self, ids: Sequence[str]) -> list[Transfer]:
        here = select(*TRANSFER_COLUMNS).where(transfer.c.store == self.store, transfer.c.id.in_(ids))
        return [transfer_record(*row) for row in self.connection.execute(here)] if ids else []

    def _read_changes(self, ids: Sequence[str]) -> list[AuditEntry]:
        here = select(*shown_columns_of(AuditEntry, audit_log)).where(audit_log.c.id.in_(ids))
        return [AuditEntry(*row) for row in self.connection.execute(here)] if ids else []

    def _messages(self, events: Sequence[str]) -> Mapping[str, Sequence[SentMessage]]:
        """Return the messages sent about each event."""
        if not events:
            return {}
        here = select(delivery.c.id, delivery.c.event, delivery.c.name, delivery.c.status).where(
            delivery.c.store == self.store, delivery.c.event.in_(events)
        )
        found: dict[str, list[SentMessage]] = {}
        for id_, of_event, name, status in self.connection.execute(here.order_by(delivery.c.id)):
            sent = found.setdefault(of_event, [])
            if len(sent) < LOOKED_UP_AT_ONCE:
                sent.append(SentMessage(id_, of_event, name or "", status))
        return found

    def _asked_by(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the administrators whose requests caused events and transfers."""
        if not ids:
            return {}
        here = select(audit_log.c.entity_id, audit_log.c.username).where(
            audit_log.c.store == self.store, audit_log.c.entity_id.in_(ids), audit_log.c.outcome == "done"
        )
        rows = self.connection.execute(here.order_by(audit_log.c.created_at.desc()).limit(LOOKED_UP_AT_ONCE))
        found: dict[str, str] = {}
        for entity, username in rows:
            found.setdefault(entity, username)
        return found


def _source(
    name: HistorySource, table: Table, at: Column[Any], request: HistoryRequest, *where: ColumnElement[bool]
) -> _Source:
    return _Source(name, table, at, [*where, *(each.on(at) for each in request.dates)])


def _event_of(record: StoredEvent | Transfer | AuditEntry) -> str:
    return record.event if isinstance(record, Transfer) else record.id
