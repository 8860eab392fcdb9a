"""Checks that figures by day equal a scan of what they count."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, literal, or_, select

from database.analytics.counted_transfers import transfer_to_count, transfers_to_count
from database.analytics.counting import (
    BASE,
    REWARD_FIGURES,
    REWARD_MOMENTS,
    Counted,
    FigureCounts,
)
from database.analytics.liability import moved_between, outstanding_at
from database.audit.checks import PAGE, STORE, Check, Comparison, Finding, Proof, Subject
from database.liability import LedgerSums
from database.tables import (
    active_day,
    activity_gap,
    attempt,
    customer_transaction,
    daily_figure,
    hourly_figure,
    issued_reward,
    lot,
    transfer,
)
from database.test_members import ids_of_test_members
from loyalty.analytics.figures import NO_SUM, WHOLE_STORE, Figure, Increment, Sum, outcome_of
from loyalty.calendar import local_day
from loyalty.points.liability import EARLIEST_DAY, LiabilityRequest, MovementSum, OutstandingSum
from loyalty.program.wallets import exact_amount

_CURE = "run `laurel recount`: the worker then counts everything again"


@dataclass(frozen=True, slots=True)
class DailyFigures:
    """Compares every figure of points and of transactions with a scan of the transfers and the transactions."""

    name: str = "daily-figures"
    promise: str = "the figures of a day are the sum of what is counted on it"
    cure: str = _CURE

    def run(self, connection: Connection, store: str, now: datetime) -> Iterator[Finding]:  # noqa: ARG002 - of no moment
        """Yield each figure of a day that differs."""
        counts = FigureCounts(connection, store)
        zone = counts.zone() or ZoneInfo("UTC")
        expected = _scanned(connection, store, zone)
        found = counts.counted(counts.notes(), zone, earned=False)
        _add_stored(found, connection, store)
        for key in sorted(expected.sums.keys() | found.sums.keys()):
            figure, name, day = key
            wanted, actual = expected.sums.get(key, NO_SUM), found.sums.get(key, NO_SUM)
            if figure == "fired" or wanted == actual:  # old firings are removed, and their figures stay
                continue
            yield self._finding(store, figure, name, day, wanted=wanted, actual=actual)

    def _finding(self, store: str, figure: Figure, name: str, day: date, *, wanted: Sum, actual: Sum) -> Finding:
        subjects: dict[Subject, str] = {"day": day.isoformat()}
        if name != WHOLE_STORE:
            subjects["wallet"] = name
        if wanted.amount == actual.amount:
            return Finding(self.name, store, subjects, f"times of {figure}", wanted.times, actual.times, self.cure)
        amounts = (exact_amount(wanted.amount), exact_amount(actual.amount))
        return Finding(self.name, store, subjects, figure, *amounts, self.cure)


@dataclass(frozen=True, slots=True)
class HourlyFigures:
    """Compares attempts by the hour with the stored ones; those of old events are removed, and stay counted."""

    name: str = "hourly-figures"
    promise: str = "the attempts of an hour are no fewer than those that are stored"
    cure: str = "attempts are missing in the figures of webhooks; nothing else reads them"

    def run(self, connection: Connection, store: str, now: datetime) -> Iterator[Finding]:  # noqa: ARG002 - of no moment
        """Yield each hour and outcome with too few attempts."""
        counts = FigureCounts(connection, store)
        zone = counts.zone() or ZoneInfo("UTC")
        found = counts.counted(counts.notes(), zone, earned=False)
        actual: dict[tuple[str, datetime], int] = defaultdict(int)
        stored = select(hourly_figure.c.figure, hourly_figure.c.hour, hourly_figure.c.times)
        for outcome, hour, times in connection.execute(stored.where(hourly_figure.c.store == store)):
            actual[outcome, hour] += times
        for (outcome, _, hour), waiting in found.hours.items():
            actual[outcome, hour] += waiting.times
        scanned = Counted(zone)
        attempts = select(attempt.c.at, attempt.c.status).where(attempt.c.store == store)
        for at, status in connection.execute(attempts, execution_options={"yield_per": PAGE}):
            scanned.add_attempt(at, outcome_of(status), "", 0)
        for (outcome, _, hour), wanted in sorted(scanned.hours.items()):
            times = actual[outcome, hour]
            if times < wanted.times:
                subjects: dict[Subject, str] = {"day": hour.isoformat()}
                yield Finding(self.name, store, subjects, outcome, wanted.times, times, self.cure)


@dataclass(frozen=True, slots=True)
class EarnedFigures:
    """Compares outstanding points and all movements, by month of earning, with a scan of the ledger."""

    name: str = "earned-figures"
    promise: str = "the figures of a month of earning are what a scan of the lots comes to"
    cure: str = _CURE

    def run(self, connection: Connection, store: str, now: datetime) -> Iterator[Finding]:
        """Yield each figure of a month that differs, and each whose days do not add up to its total."""
        counts = FigureCounts(connection, store)
        zone = counts.zone() or ZoneInfo("UTC")
        today = local_day(now, zone)
        waiting = counts.counted(counts.notes(), zone, earned=True)
        scanned = LedgerSums(connection, store, zone, LiabilityRequest(today, EARLIEST_DAY, today))
        expected = _by_month(scanned.outstanding(), scanned.moved())
        actual = _by_month(outstanding_at(counts, waiting, today), moved_between(counts, waiting, EARLIEST_DAY, today))
        for key in sorted(expected.keys() | actual.keys()):
            yield from self._difference(store, key, expected.get(key, 0), actual.get(key, 0))
        before = _by_month(outstanding_at(counts, waiting, date.min), ())
        for wallet, month, name in sorted(before):
            yield from self._difference(
                store, (wallet, month, f"{name} before all days"), 0, before[wallet, month, name]
            )

    def _difference(self, store: str, key: tuple[str, date, str], expected: int, actual: int) -> Iterator[Finding]:
        wallet, month, what = key
        if expected != actual:
            subjects: dict[Subject, str] = {"wallet": wallet, "day": month.isoformat()}
            yield Finding(self.name, store, subjects, what, exact_amount(expected), exact_amount(actual), self.cure)


def _by_month(
    outstanding: Iterable[OutstandingSum], moved: Iterable[MovementSum]
) -> Mapping[tuple[str, date, str], int]:
    """Return points by wallet, month of earning and figure; the revision is a part of the figure."""
    found: dict[tuple[str, date, str], int] = defaultdict(int)
    for left in outstanding:
        for name in ("active", "pending", "held"):
            found[left.wallet, left.month, f"{name} of revision {left.revision}"] += getattr(left, name)
    for each in moved:
        found[each.wallet, each.month, each.movement] += each.points
    return {key: points for key, points in found.items() if points}


def _add_stored(found: Counted, connection: Connection, store: str) -> None:
    table = daily_figure
    here = select(table.c.day, table.c.figure, table.c.name, table.c.times, table.c.high, table.c.low)
    rows = connection.execute(here.where(table.c.store == store), execution_options={"yield_per": PAGE})
    for day, figure, name, times, high, low in rows:
        found.add(day, [Increment(figure, name, times, high * BASE + low)])


def _scanned(connection: Connection, store: str, zone: ZoneInfo) -> Counted:
    """Return the figures of all transfers and transactions of a store."""
    found = Counted(zone)
    tests = ids_of_test_members(store)
    transfers = transfers_to_count().where(transfer.c.store == store, transfer.c.member.not_in(tests))
    for row in connection.execute(transfers, execution_options={"yield_per": PAGE}):
        found.add(found.day(row.at), transfer_to_count(row).increments)
    lots = select(lot.c.expires_at, lot.c.wallet, lot.c.remaining).where(
        lot.c.store == store, lot.c.expires_at.is_not(None), lot.c.remaining != 0
    )
    lots = lots.where(lot.c.member.not_in(tests))
    for at, wallet, remaining in connection.execute(lots, execution_options={"yield_per": PAGE}):
        found.add(found.day(at), [Increment("expiring", wallet, 0, remaining)])
    table = customer_transaction
    sales = select(table.c.purchased_at, table.c.document_type, table.c.gross).where(
        table.c.store == store, or_(table.c.member.is_(None), table.c.member.not_in(tests))
    )
    for at, document_type, gross in connection.execute(sales, execution_options={"yield_per": PAGE}):
        figure: Figure = "returns" if document_type == "return" else "sales"
        found.add(found.day(at), [Increment(figure, WHOLE_STORE, 1, gross)])
    for kind, moment in REWARD_MOMENTS.items():
        given = select(issued_reward.c.reward, moment).where(issued_reward.c.store == store, moment.is_not(None))
        given = given.where(issued_reward.c.member.not_in(tests))
        for reward, at in connection.execute(given, execution_options={"yield_per": PAGE}):
            found.add(found.day(at), [Increment(REWARD_FIGURES[kind], reward, 1, 0)])
    return found


def _active_days() -> Check:
    """Check that the number of active members of a day equals the number of its active-day rows."""
    days = (
        select(active_day.c.name, active_day.c.day, func.count().label("members"))
        .where(active_day.c.store == STORE)
        .group_by(active_day.c.name, active_day.c.day)
        .subquery("days_of_members")
    )
    gaps = (
        select(activity_gap.c.name, activity_gap.c.day, func.sum(activity_gap.c.members).label("members"))
        .where(activity_gap.c.store == STORE)
        .group_by(activity_gap.c.name, activity_gap.c.day)
        .subquery("sums_of_days")
    )
    return Check(
        "active-days",
        "as many members are counted as active on a day as there are days of members",
        _CURE,
        days.outerjoin(gaps, and_(gaps.c.name == days.c.name, gaps.c.day == days.c.day)),
        literal(value=True),
        {"reactor": days.c.name, "day": days.c.day},
        (Comparison("active members", days.c.members, func.coalesce(gaps.c.members, 0), "number"),),
    )


FIGURE_CHECKS: tuple[Proof, ...] = (DailyFigures(), EarnedFigures(), HourlyFigures(), _active_days())
"""The checks of figures by day."""
