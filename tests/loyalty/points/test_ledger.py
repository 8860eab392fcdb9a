"""Lots: when they expire, in which order they are spent, and their due items."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from loyalty.calendar import Duration
from loyalty.points.ledger import award, due_times
from loyalty.points.postings import shares
from loyalty.program.effects import AwardPoints
from loyalty.program.expiry import After, EndOf, Expiry, Never, OnDate, expires_at
from loyalty.program.wallets import Points, Wallet
from loyalty.store.points import Lot, spending_order

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2024, 5, 1, 9, 0, tzinfo=WARSAW)
WEEK = Duration(days=7)
WALLET = Wallet("points", "points", True, 0, Duration(), Never())


def lot(points: int, *, expires_in: int | None, name: str = "lot") -> Lot:
    expires_at = None if expires_in is None else NOW.astimezone(UTC) + timedelta(days=expires_in)
    return Lot(name, "points", Points(points), Points(points), None, expires_at)


def test_spending_takes_the_points_that_expire_first() -> None:
    never, august, july = (
        lot(20, expires_in=None, name="n"),
        lot(50, expires_in=90, name="a"),
        lot(30, expires_in=60, name="j"),
    )

    taken = shares(sorted([never, august, july], key=spending_order), Points(40))

    assert [(each.id, share) for each, share in taken] == [("j", 30), ("a", 10)]


def test_what_expires_together_is_spent_oldest_first() -> None:
    newer = replace(lot(20, expires_in=90, name="a"), created_at=NOW)
    older = replace(lot(20, expires_in=90, name="b"), created_at=NOW - timedelta(days=1))

    assert sorted([newer, older], key=spending_order) == [older, newer]


def test_lots_are_shared_as_far_as_they_last() -> None:
    assert [share for _, share in shares([lot(30, expires_in=None)], Points(40))] == [30]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Never(), None),
        (After(Duration(days=90)), datetime(2024, 7, 30, 9, 0, tzinfo=WARSAW)),
        (After(Duration(months=12)), datetime(2025, 5, 1, 9, 0, tzinfo=WARSAW)),
        (EndOf("month"), datetime(2024, 6, 1, tzinfo=WARSAW)),
        (EndOf("year"), datetime(2025, 1, 1, tzinfo=WARSAW)),
        (OnDate(12, 31), datetime(2025, 1, 1, tzinfo=WARSAW)),
        (OnDate(5, 1), datetime(2024, 5, 2, tzinfo=WARSAW)),
        (OnDate(4, 30), datetime(2025, 5, 1, tzinfo=WARSAW)),
        (OnDate(2, 29), datetime(2025, 3, 1, tzinfo=WARSAW)),
        (After(Duration(days=90), "day"), datetime(2024, 7, 31, tzinfo=WARSAW)),
        (After(Duration(months=6), "month"), datetime(2024, 12, 1, tzinfo=WARSAW)),
        (After(Duration(months=6), "quarter"), datetime(2025, 1, 1, tzinfo=WARSAW)),
        (EndOf("day"), datetime(2024, 5, 2, tzinfo=WARSAW)),
        (EndOf("quarter"), datetime(2024, 7, 1, tzinfo=WARSAW)),
        (EndOf("half_year"), datetime(2024, 7, 1, tzinfo=WARSAW)),
        (EndOf("month", Duration(months=1)), datetime(2024, 7, 1, tzinfo=WARSAW)),
        (EndOf("year", Duration(months=12)), datetime(2026, 1, 1, tzinfo=WARSAW)),
    ],
)
def test_points_expire_by_the_rule_of_their_wallet(rule: Expiry, expected: datetime | None) -> None:
    assert expires_at(rule, now=NOW, zone=WARSAW) == expected


def test_a_duration_behind_the_end_of_a_day_ends_at_midnight_also_where_clocks_skip_the_midnight_before() -> None:
    santiago = ZoneInfo("America/Santiago")  # 6 September 2026 begins there at 1:00
    now = datetime(2026, 9, 5, 12, tzinfo=santiago)

    assert expires_at(EndOf("day", Duration(days=1)), now=now, zone=santiago) == datetime(2026, 9, 7, tzinfo=santiago)


def test_pending_points_become_active_before_anything_else() -> None:
    effect = AwardPoints("points", Points(10), pending=Duration(days=2), expires=After(Duration(days=30)))

    made = award("lot", effect, WALLET, event_time=NOW, now=NOW, zone=WARSAW)
    due = due_times(made, warn_before=WEEK, warned=False, now=NOW, zone=WARSAW)

    assert due == {"activate": NOW + timedelta(days=2)}


@pytest.mark.parametrize(
    ("expires_in", "warned", "expected"),
    [
        (None, False, {}),
        (30, False, {"warn": 23, "expire": 30}),
        (3, False, {"warn": 0, "expire": 3}),
        (30, True, {"expire": 30}),
    ],
)
def test_a_lot_has_a_warning_unless_it_was_sent_and_an_expiry(
    expires_in: int | None, warned: bool, expected: dict[str, int]
) -> None:
    due = due_times(lot(10, expires_in=expires_in), warn_before=WEEK, warned=warned, now=NOW, zone=WARSAW)

    assert due == {kind: NOW + timedelta(days=days) for kind, days in expected.items()}


def test_an_empty_lot_has_no_due_item() -> None:
    empty = replace(lot(10, expires_in=30), remaining=Points(0))

    assert due_times(empty, warn_before=WEEK, warned=False, now=NOW, zone=WARSAW) == {}
