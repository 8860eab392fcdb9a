"""Contributions of events to achievements and limits."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, select

from database.queries import WriteQueries, columns_of
from database.tables import contribution, event
from loyalty.store.contributions import Contribution, ContributionKind


class Contributions(WriteQueries):
    """Contributions of one store's events."""

    def add(self, event_id: str, contributions: Sequence[Contribution]) -> None:
        """Add to the contributions of an event."""
        rows = [
            {
                "event": event_id,
                "kind": each.kind,
                "name": each.name,
                "day": each.day,
                "value": each.value,
                "amount": each.amount,
                "times": each.times,
            }
            for each in contributions
        ]
        self.upsert_all_adding(contribution, rows, sums=("amount", "times"))

    def of_events(self, event_ids: Sequence[str]) -> list[tuple[str, Contribution]]:
        """Return the contributions of events, each with the id of its event, in a fixed order."""
        table = contribution
        here = select(table.c.event, *columns_of(Contribution, table)).where(
            table.c.store == self.store, table.c.event.in_(list(event_ids))
        )
        ordered = here.order_by(table.c.event, table.c.kind, table.c.name, table.c.day, table.c.value)
        return [(row[0], Contribution(*row[1:])) for row in self.connection.execute(ordered)]

    def counted_on(self, member_id: str, achievement: str, day: date, value: str) -> list[tuple[str, Contribution]]:
        """Return what a member's events counted, used or had beyond of one daily sum, each with the id of its event."""
        table = contribution
        measure = (table.c.name == achievement, table.c.day == day, table.c.value == value)
        return self._of_member(member_id, table.c.kind.in_(("counted", "used", "beyond")), *measure)

    def of_achievement(
        self, kind: ContributionKind, member_id: str, achievement: str
    ) -> list[tuple[str, Contribution]]:
        """Return what a member's events contributed to an achievement in one kind, in the order of acceptance."""
        return self._of_member(member_id, contribution.c.kind == kind, contribution.c.name == achievement)

    def _of_member(self, member_id: str, *where: ColumnElement[bool]) -> list[tuple[str, Contribution]]:
        table = contribution
        found = select(table.c.event, *columns_of(Contribution, table)).join(event, event.c.id == table.c.event)
        mine = found.where(event.c.store == self.store, event.c.member == member_id, *where)
        ordered = mine.order_by(event.c.received_at, event.c.id, table.c.kind, table.c.day, table.c.value)
        return [(row[0], Contribution(*row[1:])) for row in self.connection.execute(ordered)]
