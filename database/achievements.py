"""Daily sums and completions of achievements."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, bindparam, or_, select

from database.queries import Queries, WriteQueries, columns_of, first_column
from database.sqlite_fast_path import Prepared
from database.tables import mark, progress
from loyalty.store.achievements import AchievementCompletions, DailySum, sort_key

_SUMS = select(*columns_of(DailySum, mark)).where(
    mark.c.store == bindparam("in_store"),
    mark.c.member == bindparam("the_member"),
    mark.c.achievement == bindparam("the_achievement"),
    or_(mark.c.amount != 0, mark.c.used != 0),  # else everything that it counted was returned
)
_SINCE = Prepared(_SUMS.where(mark.c.day >= bindparam("since")), DailySum)
_UNUSED = Prepared(_SUMS.where(or_(mark.c.day >= bindparam("since"), mark.c.amount != mark.c.used)), DailySum)
_LATEST = Prepared(_SUMS.order_by(mark.c.day.desc()).limit(bindparam("most", type_=Integer)), DailySum)
_COMPLETED: Prepared[int] = Prepared(
    select(progress.c.completed).where(
        progress.c.store == bindparam("in_store"),
        progress.c.member == bindparam("the_member"),
        progress.c.achievement == bindparam("the_achievement"),
    ),
    first_column,
)


class AchievementQueries(Queries):
    """Reads the progress of one store's members. Daily sums are sorted by day, those of one day by value."""

    def daily_sums(self, member_id: str, achievement: str, *, since: date) -> list[DailySum]:
        """Return a member's daily sums from a day on."""
        return self._read(_SINCE, member_id, achievement, since=since)

    def unused_daily_sums(self, member_id: str, achievement: str, *, since: date) -> list[DailySum]:
        """Return the daily sums from a day on, and earlier ones whose `used` differs from their amount."""
        return self._read(_UNUSED, member_id, achievement, since=since)

    def latest_daily_sums(self, member_id: str, achievement: str, most: int) -> list[DailySum]:
        """Return the latest `most` daily sums of a member."""
        return self._read(_LATEST, member_id, achievement, most=most)

    def completed(self, member_id: str, achievement: str) -> int:
        """Return how often a member has completed an achievement."""
        return _COMPLETED.first(self.connection, self._parameters_of(member_id, achievement)) or 0

    def completions(self, member_id: str) -> list[AchievementCompletions]:
        """Return the completions of a member."""
        return self.find_all(AchievementCompletions, progress, ("achievement",), member=member_id)

    def _read(
        self, statement: Prepared[DailySum], member_id: str, achievement: str, **parameters: Any
    ) -> list[DailySum]:
        found = statement.all(self.connection, self._parameters_of(member_id, achievement) | parameters)
        return sorted(found, key=sort_key)  # here, since databases sort text by their own collations

    def _parameters_of(self, member_id: str, achievement: str) -> dict[str, Any]:
        return self._parameters({"member": member_id, "achievement": achievement})


class Achievements(AchievementQueries, WriteQueries):
    """The progress of one store's members."""

    def save_daily_sums(self, member_id: str, achievement: str, changed: Iterable[DailySum]) -> None:
        """Store daily sums, new or changed."""
        for each in changed:
            row = {"member": member_id, "achievement": achievement, "day": each.day, "value": each.value}
            self.upsert(mark, row | {"amount": each.amount, "used": each.used})

    def complete(self, member_id: str, achievement: str, times: int, *, now: datetime) -> None:
        """Add a number of completions."""
        row = {"member": member_id, "achievement": achievement, "completed": times, "completed_at": now}
        self.upsert_adding(progress, row, sums=("completed",))
