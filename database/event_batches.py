"""Bulk access to the events of a store, in a few statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text, and_, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from database.events import RELAY_DELAY, row_of
from database.locks import identity_lock, member_lock
from database.member_queries import KEY_COLUMNS
from database.queries import WriteQueries, columns_of, insert_into
from database.tables import event, member
from loyalty.store.events import NewEvent, ReportedId
from loyalty.store.members import Identity

_LOCK_ALL = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(:names) WITH ORDINALITY AS the(name, place)"
    " ORDER BY place"
).bindparams(bindparam("names", type_=ARRAY(Text)))


class EventBatches(WriteQueries):
    """Bulk access to the events of one store, and their members."""

    def reported_as(self, external_ids: Collection[str]) -> Mapping[str, ReportedId]:
        """Return the events to which clients gave these ids, by id."""
        columns = (event.c.external_id, *columns_of(ReportedId, event))
        here = select(*columns).where(event.c.store == self.store, event.c.external_id.in_(list(external_ids)))
        return {external_id: ReportedId(*known) for external_id, *known in self.connection.execute(here)}

    def stored(self, event_ids: Collection[str]) -> set[str]:
        """Return which of these ids are those of events of the store."""
        here = select(event.c.id).where(event.c.store == self.store, event.c.id.in_(list(event_ids)))
        return set(self.connection.execute(here).scalars())

    def identities_matching(self, identities: Iterable[Identity], *, active_only: bool = False) -> list[Identity]:
        """Return the identities of members that share a part with any of these, each with its id.

        The known parts of a merged member have the survivor's id, and count as active.
        """
        wanted: dict[str, set[str]] = {}
        for identity in identities:
            for part, key in identity.keys.items():
                wanted.setdefault(KEY_COLUMNS[part], set()).add(key)
        if not wanted:
            return []
        parts = [member.c[column].in_(sorted(keys)) for column, keys in wanted.items()]
        owner = func.coalesce(member.c.merged_into, member.c.id)
        columns = [owner if column is member.c.id else column for column in columns_of(Identity, member)]
        here = select(*columns).where(member.c.store == self.store, or_(*parts))
        if active_only:
            here = here.where(or_(member.c.active.is_(True), member.c.merged_into.is_not(None)))
        return [Identity(*row) for row in self.connection.execute(here)]

    def lock_identities(self, identities: Iterable[Identity]) -> None:
        """Lock all parts of these identities: by their kinds in the order of `Identity.keys`, then by their keys."""
        parts = {part for identity in identities for part in identity.keys.items()}
        order = list(KEY_COLUMNS)
        self._lock_all([identity_lock(*part) for part in sorted(parts, key=lambda one: (order.index(one[0]), one[1]))])

    def lock_members(self, member_ids: Iterable[str]) -> None:
        """Lock members, in the order of their ids."""
        self._lock_all([member_lock(each) for each in sorted(set(member_ids))])

    def _lock_all(self, names: Sequence[str]) -> None:
        if names and self._dialect == "postgresql":
            self.connection.execute(_LOCK_ALL, {"names": [f"{self.store}/{name}" for name in names]})

    def enqueue(self, events: Sequence[NewEvent], *, owner: str, now: datetime) -> set[str]:
        """Store events at the ends of their members' queues, whose locks are held, in order; return which were stored.

        Events whose external id is stored already are skipped. They are inserted in the order of their external ids, so
        that two transactions that insert the same ones do not deadlock.
        """
        if not events:
            return set()
        ends = self._ends({new.member for new in events})
        rows: list[dict[str, Any]] = []
        for new in events:
            ends[new.member] = ends.get(new.member, 0) + 1
            place = {"position": ends[new.member], "start_after": now + RELAY_DELAY, "owner": owner}
            rows.append(row_of(new, now) | place | {"store": self.store})
        rows.sort(key=lambda row: row["external_id"] or "")
        statement = insert_into(self._dialect, event).on_conflict_do_nothing().returning(event.c.id)
        return set(self.connection.execute(statement, rows).scalars())

    def _ends(self, members: Iterable[str]) -> dict[str, int]:
        """Return the last positions in the queues of these members; a member with an empty queue is absent."""
        queued = and_(event.c.member.in_(sorted(members)), event.c.position.is_not(None))
        last = (
            select(event.c.member, func.max(event.c.position).label("position")).where(queued).group_by(event.c.member)
        )
        return {row.member: row.position for row in self.connection.execute(last)}

    def give(self, event_ids: Collection[str], owner: str) -> None:
        """Make a workflow the owner of these events."""
        here = update(event).where(event.c.store == self.store, event.c.id.in_(list(event_ids)))
        self.connection.execute(here.values(owner=owner))
