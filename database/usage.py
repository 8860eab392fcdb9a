"""Use of the limits of reactors, by local day, so that limits can change while the counts stay."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from sqlalchemy import select

from database.locks import usage_lock
from database.queries import Queries, WriteQueries, columns_of
from database.tables import usage
from loyalty.decisions.decision import Claim
from loyalty.store.achievements import MILLION
from loyalty.store.limits import NO_WALLET, DailyUse, by_wallet

PROGRAM = ""
"""The `member` of counts for the whole program."""

UsageByReactor: TypeAlias = dict[str, dict[date, DailyUse]]
"""Use of limits by reactor and local day."""


class UsageQueries(Queries):
    """Reads the use of limits in one store."""

    def read(
        self, name: str, member_id: str, *, since: date, until: date
    ) -> dict[tuple[str, str], tuple[DailyUse, ...]]:
        """Return the use of a reactor or a reward between two local days, both included, without locking it."""
        return self._between([name], member_id, since=since, until=until)

    def _between(
        self, names: Sequence[str], member_id: str, *, since: date, until: date
    ) -> dict[tuple[str, str], tuple[DailyUse, ...]]:
        rows = self.connection.execute(
            select(usage.c.member, *columns_of(StoredUse, usage)).where(
                usage.c.store == self.store,
                usage.c.reactor.in_(names),
                usage.c.member.in_([member_id, PROGRAM]),
                usage.c.day.between(since, until),
            )
        )
        stored: dict[str, list[StoredUse]] = defaultdict(list)
        for member, *columns in rows:
            stored["program" if member == PROGRAM else "member"].append(StoredUse(*columns))
        return {
            (reactor, per): tuple(days.values())
            for per, uses in stored.items()
            for reactor, days in by_reactor(uses).items()
        }


class Usage(UsageQueries, WriteQueries):
    """Use of limits in one store."""

    def of(
        self, reactors: Iterable[str], member_id: str, *, since: date, until: date
    ) -> dict[tuple[str, str], tuple[DailyUse, ...]]:
        """Return the use between two local days, both included, by reactor and `member` or `program`; lock it."""
        names = sorted(reactors)
        for name in names:
            self.lock(usage_lock(name))
        return self._between(names, member_id, since=since, until=until)

    def claim(self, claim: Claim, member_id: str) -> None:
        """Add a firing to the use of its day."""
        key = {
            "reactor": claim.reactor,
            "member": member_id if claim.per == "member" else PROGRAM,
            "day": claim.day,
        }
        for wallet, times, points in by_wallet(claim):
            row = {**key, "wallet": wallet, "times": times, "points": points}
            self.upsert_adding(usage, row, sums=("times", "points"))


@dataclass(frozen=True, slots=True)
class StoredUse:
    """The use of one wallet by a reactor's firings on one local day, for one member or the program, in millionths."""

    reactor: str
    day: date
    wallet: str
    times: int
    points: int


def by_reactor(stored: Iterable[StoredUse]) -> UsageByReactor:
    """Return the stored uses of one member, or of the whole program, by reactor and day."""
    found: UsageByReactor = defaultdict(dict)
    for each in stored:
        days = found[each.reactor]
        points = {each.wallet: Decimal(each.points) / MILLION} if each.wallet != NO_WALLET else {}
        days[each.day] = days.get(each.day, DailyUse(each.day, 0, {})).plus(each.times, points)
    return dict(found)
