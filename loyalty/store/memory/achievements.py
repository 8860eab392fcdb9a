"""The daily sums and completions of an in-memory store."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from loyalty.store.achievements import DailySum, day_of, insert_sorted
from loyalty.store.memory.member_state import MemberState


class InMemoryAchievements:
    """Daily sums and completions, stored with their members."""

    __slots__ = ("_members",)

    def __init__(self, members: Mapping[str, MemberState]) -> None:
        self._members = members

    def daily_sums(self, member_id: str, achievement: str, *, since: date) -> Sequence[DailySum]:
        sums = self._members[member_id].daily_sums.get(achievement, [])
        return sums if since == date.min else sums[bisect_left(sums, since, key=day_of) :]

    def unused_daily_sums(self, member_id: str, achievement: str, *, since: date) -> Sequence[DailySum]:
        sums = self._members[member_id].daily_sums.get(achievement, [])
        at = bisect_left(sums, since, key=day_of)
        return [each for each in sums[:at] if each.amount != each.used] + sums[at:]

    def latest_daily_sums(self, member_id: str, achievement: str, most: int) -> Sequence[DailySum]:
        return self._members[member_id].daily_sums.get(achievement, [])[-most:]

    def save_daily_sums(self, member_id: str, achievement: str, changed: Iterable[DailySum]) -> None:
        sums = self._members[member_id].daily_sums.setdefault(achievement, [])
        for each in changed:
            insert_sorted(sums, each)
            if each.is_empty:
                sums.remove(each)

    def completed(self, member_id: str, achievement: str) -> int:
        return self._members[member_id].completed.get(achievement, 0)

    def complete(self, member_id: str, achievement: str, times: int, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        completed = self._members[member_id].completed
        completed[achievement] = completed.get(achievement, 0) + times
