"""Marks and completions of achievements."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import RowMapping, select

from database.queries import Queries
from database.tables import mark, progress
from loyalty.achievements import Mark


class Achievements(Queries):
    """Progress of one store's members."""

    def marks(self, member_id: str, achievement: str, *, since: date) -> list[Mark]:
        """A member's marks from a day on, oldest first."""
        statement = (
            select(mark.c.day, mark.c.value, mark.c.amount, mark.c.used)
            .where(mark.c.member == member_id, mark.c.achievement == achievement, mark.c.day >= since)
            .order_by(mark.c.day, mark.c.value)
        )
        return [Mark(*row) for row in self.connection.execute(statement)]

    def keep_marks(self, member_id: str, achievement: str, changed: Iterable[Mark]) -> None:
        """Store marks, new or changed."""
        for each in changed:
            row = {"store": self.store, "member": member_id, "achievement": achievement, "day": each.day}
            amounts = {"amount": each.amount, "used": each.used}
            self.connection.execute(
                self.insert(mark)
                .values(**row, value=each.value, **amounts)
                .on_conflict_do_update(
                    index_elements=[mark.c.member, mark.c.achievement, mark.c.day, mark.c.value], set_=amounts
                )
            )

    def completed(self, member_id: str, achievement: str) -> int:
        """How often a member has completed an achievement."""
        statement = select(progress.c.completed).where(
            progress.c.member == member_id, progress.c.achievement == achievement
        )
        return self.connection.execute(statement).scalar_one_or_none() or 0

    def complete(self, member_id: str, achievement: str, times: int, *, now: datetime) -> int:
        """Count completions (0 only notes that something moved); answer how many there are now."""
        changes = {"updated_at": now} | ({"completed_at": now} if times else {})
        statement = (
            self.insert(progress)
            .values(member=member_id, achievement=achievement, store=self.store, completed=times, **changes)
            .on_conflict_do_update(
                index_elements=[progress.c.member, progress.c.achievement],
                set_={"completed": progress.c.completed + times, **changes},
            )
            .returning(progress.c.completed)
        )
        return int(self.connection.execute(statement).scalar_one())

    def of_member(self, member_id: str) -> dict[str, RowMapping]:
        """What a member has moved, by achievement."""
        rows = self.connection.execute(select(progress).where(progress.c.member == member_id)).mappings()
        return {row["achievement"]: row for row in rows}
