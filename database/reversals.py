"""Events that reverse others: which one each reverses, which share of it, and which wait."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from database.queries import Queries, WriteQueries, columns_of, insert_into
from database.tables import reversal, reversible_event
from loyalty.store.reversals import ReversibleEvent, StoredReversal

_ORDER = ("created_at", "event")


class ReversalQueries(Queries):
    """Reads which events of one store reverse others."""

    def get(self, event_id: str) -> StoredReversal | None:
        """Return what an event reverses."""
        return self.find_one(StoredReversal, reversal, event=event_id)

    def of(self, event_id: str) -> Sequence[StoredReversal]:
        """Return the reversals of an event, in the order in which they were stored."""
        return self.find_all(StoredReversal, reversal, _ORDER, reversed=event_id)


class Reversals(ReversalQueries, WriteQueries):
    """The events of one store that reverse others."""

    def note_reversible(self, events: Sequence[ReversibleEvent]) -> None:
        """Index events by their keys."""
        rows = [{"store": self.store, **asdict(each)} for each in events]
        self.connection.execute(insert_into(self._dialect, reversible_event).on_conflict_do_nothing(), rows)

    def reversible(self, member_id: str, key: str) -> Sequence[str]:
        """Return the ids of the events of a member with a key, the newest first."""
        table = reversible_event
        here = (table.c.store == self.store, table.c.member == member_id, table.c.key == key)
        newest = select(table.c.event).where(*here).order_by(table.c.time.desc(), table.c.event.desc())
        return list(self.connection.execute(newest).scalars())

    def add(self, new: StoredReversal, *, now: datetime) -> None:
        """Store what an event reverses, or what it waits for."""
        self.insert(
            reversal,
            {
                "event": new.event,
                "member": new.member,
                "reversed_type": new.reversed_type,
                "key": new.key,
                "reversed": new.reversed,
                "share": new.share,
                "created_at": now,
            },
        )

    def waiting(self, wanted: Collection[tuple[str, str]]) -> Sequence[StoredReversal]:
        """Return the reversals that wait for events of these members and keys, in the order of storing."""
        members, keys = sorted({member for member, _ in wanted}), sorted({key for _, key in wanted})
        here = (reversal.c.store == self.store, reversal.c.member.in_(members), reversal.c.key.in_(keys))
        waits = select(*columns_of(StoredReversal, reversal)).where(*here, reversal.c.reversed.is_(None))
        found = self.connection.execute(waits.order_by(reversal.c.created_at, reversal.c.event))
        known = [StoredReversal(*row) for row in found]
        return [each for each in known if (each.member, each.key) in wanted]

    def join(self, event_id: str, reversed_id: str, share: Decimal) -> None:
        """Store which event a waiting one reverses, and which share of it."""
        self.update(reversal, {"event": event_id}, reversed=reversed_id, share=share)
