"""The liability of a store from counted figures of its ledger; it equals the result of a scan."""

from collections import defaultdict
from datetime import date
from typing import Any, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, case, func, select

from database.analytics.counting import BASE, Counted
from database.analytics.reading import FigureReader
from database.liability import costs_of, scan_liability
from database.queries import Queries
from database.tables import earned_figure
from loyalty.analytics.figures import OUTSTANDING
from loyalty.points.liability import Liability, LiabilityRequest, Movement, MovementSum, OutstandingSum, liability
from loyalty.program.wallets import Points


def read_liability(connection: Connection, store: str, request: LiabilityRequest, zone: ZoneInfo) -> Liability:
    """Return the liability of a store, whose time zone is `zone`; call it first in a transaction.

    If more notes are waiting than a read adds by itself, the ledger is scanned.
    """
    figures = FigureReader(connection, store, zone, earned=True)
    if not figures.are_complete or figures.days_in != zone:
        return scan_liability(connection, store, request, zone)
    outstanding = outstanding_at(figures, figures.waiting, request.day)
    owed = figures.sums("owed", last=request.day)
    return liability(
        request,
        outstanding,
        moved_between(figures, figures.waiting, request.first, request.last),
        {wallet: Points(found.amount) for (_, wallet), found in owed.found.items()},
        costs_of(connection, store, {each.revision for each in outstanding}),
    )


def outstanding_at(figures: Queries, waiting: Counted, day: date) -> list[OutstandingSum]:
    """Return the outstanding points at the end of a day: the present ones, less what was booked later.

    `waiting`: what is not counted yet.
    """
    table = earned_figure
    sign = case((table.c.day == date.max, 1), else_=-1)
    keys = (table.c.wallet, table.c.month, table.c.revision, table.c.figure)
    wanted = select(*keys, func.sum(sign * table.c.high), func.sum(sign * table.c.low)).where(
        table.c.store == figures.store, table.c.figure.in_(sorted(OUTSTANDING)), table.c.day > day
    )
    found: dict[tuple[str, date, int], dict[str, int]] = defaultdict(lambda: dict.fromkeys(OUTSTANDING, 0))
    for wallet, month, revision, figure, amount in _summed(figures, wanted.group_by(*keys)):
        found[wallet, month, revision][figure] += amount
    for key, amount in waiting.earned.items():
        if key.figure in OUTSTANDING and key.day <= day:
            found[key.wallet, key.month, key.revision][key.figure] += amount
    return [
        OutstandingSum(*key, Points(parts["active"]), Points(parts["pending"]), Points(parts["held"]))
        for key, parts in sorted(found.items())
        if any(parts.values())
    ]


def moved_between(figures: Queries, waiting: Counted, first: date, last: date) -> list[MovementSum]:
    """Return the movements from the first day to the last, both included; `waiting`: what is not counted yet."""
    table, movements = earned_figure, get_args(Movement)
    keys = (table.c.wallet, table.c.month, table.c.figure)
    wanted = select(*keys, func.sum(table.c.high), func.sum(table.c.low)).where(
        table.c.store == figures.store, table.c.figure.in_(movements), table.c.day.between(first, last)
    )
    found = [
        MovementSum(wallet, month, movement, Points(amount))
        for wallet, month, movement, amount in _summed(figures, wanted.group_by(*keys))
    ]
    for key, amount in waiting.earned.items():
        if key.figure != "active" and key.figure != "pending" and key.figure != "held" and first <= key.day <= last:
            found.append(MovementSum(key.wallet, key.month, key.figure, Points(amount)))
    return found


def _summed(figures: Queries, wanted: Select[Any]) -> list[tuple[Any, ...]]:
    """Return rows with the sum of their last two columns, which are its halves, in place of these."""
    rows = figures.connection.execute(wanted).all()
    return [(*row[:-2], int(row[-2]) * BASE + int(row[-1])) for row in rows]
