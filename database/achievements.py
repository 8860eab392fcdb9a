"""Marks and completions of achievements."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import bindparam, select

from database.queries import Queries, prepared
from database.tables import mark, progress
from loyalty.achievements import Mark
from loyalty.books import Row

_MARKS = (
    select(mark.c.day, mark.c.value, mark.c.amount, mark.c.used)
    .where(
        mark.c.store == bindparam("in_store"),
        mark.c.member == bindparam("the_member"),
        mark.c.achievement == bindparam("the_achievement"),
        mark.c.day >= bindparam("since"),
    )
    .order_by(mark.c.day, mark.c.value)
)


class Achievements(Queries):
    """Progress of one store's members."""

    def marks(self, member_id: str, achievement: str, *, since: date) -> list[Mark]:
        """A member's marks from a day on, oldest first."""
        here = {"in_store": self.store, "the_member": member_id, "the_achievement": achievement, "since": since}
        return [Mark(*row.values()) for row in prepared(_MARKS).all(self.connection, here)]

    def keep_marks(self, member_id: str, achievement: str, changed: Iterable[Mark]) -> None:
        """Store marks, new or changed."""
        for each in changed:
            row = {"member": member_id, "achievement": achievement, "day": each.day, "value": each.value}
            self.put(mark, row | {"amount": each.amount, "used": each.used})

    def completed(self, member_id: str, achievement: str) -> int:
        """How often a member has completed an achievement."""
        row = self.first(progress, member=member_id, achievement=achievement)
        return row["completed"] if row else 0

    def complete(self, member_id: str, achievement: str, times: int, *, now: datetime) -> None:
        """Count completions."""
        row = {"member": member_id, "achievement": achievement, "completed": times, "completed_at": now}
        self.add_up(progress, row, sums=("completed",))

    def of_member(self, member_id: str) -> dict[str, Row]:
        """What a member has completed, by achievement."""
        return {row["achievement"]: row for row in self.rows(progress, ("achievement",), member=member_id)}
