"""Marks and completions of achievements."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, Select, bindparam, or_, select

from database.queries import Queries, prepared
from database.tables import mark, progress
from loyalty.store.achievements import DailySum, sort_key
from loyalty.store.rows import Row

_MARKS = select(mark.c.day, mark.c.value, mark.c.amount, mark.c.used).where(
    mark.c.store == bindparam("in_store"),
    mark.c.member == bindparam("the_member"),
    mark.c.achievement == bindparam("the_achievement"),
)
_SINCE = _MARKS.where(mark.c.day >= bindparam("since"))
_LEFT = _MARKS.where(or_(mark.c.day >= bindparam("since"), mark.c.amount != mark.c.used))
_LATEST = _MARKS.order_by(mark.c.day.desc()).limit(bindparam("most", type_=Integer))


class Achievements(Queries):
    """Progress of one store's members."""

    def daily_sums(self, member_id: str, achievement: str, *, since: date) -> list[DailySum]:
        """A member's marks from a day on, oldest first and those of a day by their values: as all that are read."""
        return self._read(_SINCE, member_id, achievement, since=since)

    def unused_daily_sums(self, member_id: str, achievement: str, *, since: date) -> list[DailySum]:
        """As `marks`, and the earlier ones unless just their amount is used; a sum that fell has used more."""
        return self._read(_LEFT, member_id, achievement, since=since)

    def latest_daily_sums(self, member_id: str, achievement: str, most: int) -> list[DailySum]:
        """The latest of a member's marks, so many at most."""
        return self._read(_LATEST, member_id, achievement, most=most)

    def _read(self, statement: Select[Any], member_id: str, achievement: str, **bound: Any) -> list[DailySum]:
        here = {"in_store": self.store, "the_member": member_id, "the_achievement": achievement}
        found = prepared(statement).all(self.connection, here | bound)
        # Sorted here: databases have orders of their own for text.
        return sorted((DailySum(*row.values()) for row in found), key=sort_key)

    def save_daily_sums(self, member_id: str, achievement: str, changed: Iterable[DailySum]) -> None:
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
