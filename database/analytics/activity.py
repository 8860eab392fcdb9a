"""The days on which members were active, and the number of distinct active members between two days.

Each active day stores the member's previous one. The distinct members between two days are then the active days in the
span whose previous one is before it: a sum over pairs of days, independent of the number of members.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select

from database.queries import WriteQueries, insert_into
from database.tables import active_day, activity_gap

NEVER = date.min
"""The previous active day of the first one."""

_CHUNK = 400


class ActiveDay(NamedTuple):
    """A local day on which a member did something."""

    name: str
    member: str
    day: date


class ActiveDays(WriteQueries):
    """The days on which members of one store were active."""

    def add(self, days: Iterable[ActiveDay]) -> None:
        """Add days; existing ones stay unchanged."""
        wanted: dict[tuple[str, str], list[date]] = defaultdict(list)
        for name, member, day in sorted(days):
            wanted[name, member].append(day)
        gaps: dict[tuple[str, date, date], int] = defaultdict(int)
        rows: list[dict[str, Any]] = []
        for (name, member), known in self._known(wanted):
            for day in wanted[name, member]:
                place = bisect_left(known, day)
                if place < len(known) and known[place] == day:
                    continue
                previous = known[place - 1] if place else NEVER
                gaps[name, day, previous] += 1
                if place < len(known):
                    gaps[name, known[place], previous] -= 1
                    gaps[name, known[place], day] += 1
                insort(known, day)
                rows.append({"store": self.store, "name": name, "member": member, "day": day})
        if rows:
            self.connection.execute(insert_into(self._dialect, active_day), rows)
            changed = [
                {"name": name, "day": day, "previous": previous, "members": members}
                for (name, day, previous), members in sorted(gaps.items())
            ]
            self.upsert_all_adding(activity_gap, changed, sums=("members",))

    def remove(self, member_id: str) -> None:
        """Remove all days of a member."""
        here = (active_day.c.store == self.store, active_day.c.member == member_id)
        days = select(active_day.c.name, active_day.c.day).where(*here).order_by(active_day.c.name, active_day.c.day)
        last: dict[str, date] = {}
        changed = []
        for name, day in self.connection.execute(days):
            changed.append({"name": name, "day": day, "previous": last.get(name, NEVER), "members": -1})
            last[name] = day
        if changed:
            self.upsert_all_adding(activity_gap, changed, sums=("members",))
            self.connection.execute(delete(active_day).where(*here))

    def _known(self, wanted: dict[tuple[str, str], list[date]]) -> Iterator[tuple[tuple[str, str], list[date]]]:
        """Return the last day of each member, and all days of those who get one before it."""
        table = active_day
        last: dict[tuple[str, str], date] = {}
        for members in _chunks(sorted({member for _, member in wanted})):
            names = sorted({name for name, member in wanted if member in members})
            here = (table.c.store == self.store, table.c.name.in_(names), table.c.member.in_(members))
            found = select(table.c.name, table.c.member, func.max(table.c.day)).where(*here)
            for name, member, day in self.connection.execute(found.group_by(table.c.name, table.c.member)):
                last[name, member] = day
        for key, days in wanted.items():
            known = last.get(key)
            if known is None:
                yield key, []
            elif days[0] >= known:
                yield key, [known]
            else:
                name, member = key
                same = (table.c.store == self.store, table.c.name == name, table.c.member == member)
                every = select(table.c.day).where(*same).order_by(table.c.day)
                yield key, list(self.connection.execute(every).scalars())


def _chunks(members: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(members), _CHUNK):
        yield members[first : first + _CHUNK]
