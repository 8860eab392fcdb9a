"""What reactors' firings took from their limits, counted by local day, so that limits can change and counts stay."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from database.queries import Queries
from database.tables import usage
from loyalty.decisions.decision import Claim
from loyalty.store.achievements import MILLION
from loyalty.store.limits import DailyUse

PROGRAM = ""
"""Stands for every member of the program."""


class Usage(Queries):
    """Usage of one store's reactors."""

    def of(
        self, reactors: Iterable[str], member_id: str, *, since: date, until: date
    ) -> dict[tuple[str, str], tuple[DailyUse, ...]]:
        """Days used between two dates, both counted, by reactor and `member` or `program`."""
        names = sorted(reactors)
        for name in names:
            self.lock(f"usage/{name}")
        rows = self.connection.execute(
            select(usage).where(
                usage.c.store == self.store,
                usage.c.reactor.in_(names),
                usage.c.member.in_([member_id, PROGRAM]),
                usage.c.day.between(since, until),
            )
        ).mappings()
        found: dict[tuple[str, str], list[DailyUse]] = {}
        for row in rows:
            per = "program" if row["member"] == PROGRAM else "member"
            used = DailyUse(row["day"], row["times"], Decimal(row["points"]) / MILLION)
            found.setdefault((row["reactor"], per), []).append(used)
        return {key: tuple(days) for key, days in found.items()}

    def claim(self, claim: Claim, member_id: str) -> None:
        """Add a firing to its day."""
        row = {
            "reactor": claim.reactor,
            "member": member_id if claim.per == "member" else PROGRAM,
            "day": claim.day,
            "times": claim.times,
            "points": int(claim.points * MILLION),
        }
        self.add_up(usage, row, sums=("times", "points"))
