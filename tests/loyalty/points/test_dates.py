"""Dates of points: expiry counts from activation, and points booked late live for a while."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from loyalty.calendar import Duration
from loyalty.points.dates import activated, award_dates
from loyalty.points.ledger import award, due_times
from loyalty.program.effects import AwardPoints
from loyalty.program.expiry import After, EndOf, Expiry, Never
from loyalty.program.wallets import Points, Wallet

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2024, 5, 20, 9, 0, tzinfo=WARSAW)
MONTH = EndOf("month")
WALLET = Wallet("points", "points", True, 0, Duration(), Never())
BY_EVENT = replace(WALLET, dated="event")


def test_expiry_counts_from_activation() -> None:
    dates = award_dates(WALLET, Duration(days=14), MONTH, event_time=NOW, now=NOW, zone=WARSAW)

    assert dates == (NOW + timedelta(days=14), datetime(2024, 7, 1, tzinfo=WARSAW), MONTH)


def test_points_that_become_active_early_expire_as_counted_from_then() -> None:
    effect = AwardPoints("points", Points(10), pending=Duration(days=14), expires=MONTH)
    lot = award("lot", effect, WALLET, event_time=NOW, now=NOW, zone=WARSAW)

    early = activated(lot, now=NOW + timedelta(days=1), zone=WARSAW)
    in_time = activated(lot, now=NOW + timedelta(days=14), zone=WARSAW)

    assert (early.active_from, early.expires_at, early.expiry) == (None, datetime(2024, 6, 1, tzinfo=WARSAW), None)
    assert (in_time.active_from, in_time.expires_at) == (None, lot.expires_at)


def test_pending_points_that_are_stored_without_a_rule_keep_their_date() -> None:
    effect = AwardPoints("points", Points(10), pending=Duration(days=14), expires=MONTH)
    lot = replace(award("lot", effect, WALLET, event_time=NOW, now=NOW, zone=WARSAW), expiry=None)

    assert activated(lot, now=NOW, zone=WARSAW).expires_at == lot.expires_at


def test_points_that_expired_while_they_were_pending_become_active_and_then_expire_without_a_warning() -> None:
    effect = AwardPoints("points", Points(10), pending=Duration(days=14), expires=MONTH)
    lot = replace(
        award("lot", effect, WALLET, event_time=NOW, now=NOW, zone=WARSAW), expires_at=NOW + timedelta(days=3)
    )
    week = Duration(days=7)
    at = NOW + timedelta(days=14)

    assert due_times(lot, warn_before=week, warned=False, now=NOW, zone=WARSAW) == {"activate": at}
    assert due_times(activated(lot, now=at, zone=WARSAW), warn_before=week, warned=False, now=at, zone=WARSAW) == {
        "expire": lot.expires_at
    }


@pytest.mark.parametrize(
    ("days_late", "expires", "expected"),
    [
        (0, MONTH, datetime(2024, 6, 1, tzinfo=WARSAW)),
        (4, MONTH, datetime(2024, 6, 19, 9, tzinfo=WARSAW)),
        (100, After(Duration(months=12)), datetime(2025, 2, 10, 9, tzinfo=WARSAW)),
        (400, After(Duration(months=12)), datetime(2024, 6, 19, 9, tzinfo=WARSAW)),
        (400, After(Duration(days=7)), datetime(2024, 5, 27, 9, tzinfo=WARSAW)),
        (400, Never(), None),
    ],
)
def test_points_dated_by_a_late_event_live_at_least_the_grace(
    days_late: int, expires: Expiry, expected: datetime | None
) -> None:
    happened = (NOW.astimezone(UTC) - timedelta(days=days_late)).astimezone(WARSAW).replace(hour=9)

    dates = award_dates(BY_EVENT, Duration(), expires, event_time=happened, now=NOW, zone=WARSAW)

    assert dates == (None, expected, None)


def test_pending_counts_from_the_event_too() -> None:
    happened = NOW - timedelta(days=10)

    late = award_dates(BY_EVENT, Duration(days=14), Never(), event_time=happened, now=NOW, zone=WARSAW)
    too_late = award_dates(BY_EVENT, Duration(days=7), Never(), event_time=happened, now=NOW, zone=WARSAW)

    assert (late.active_from, too_late.active_from) == (NOW + timedelta(days=4), None)
