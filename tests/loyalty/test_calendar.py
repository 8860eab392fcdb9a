"""Local days, windows and durations, also when clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from loyalty.calendar import (
    Duration,
    add_months,
    check_birth_date,
    local_day,
    read_date,
    read_instant,
    read_registration_date,
    start_of,
    window,
)

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 6, 1), 24), (date(2026, 10, 25), 25)])
def test_a_day_is_shorter_or_longer_when_clocks_change(day: date, hours: int) -> None:
    next_day = day + timedelta(days=1)

    length = start_of(next_day, WARSAW) - start_of(day, WARSAW)

    assert length == timedelta(hours=hours)


def test_a_duration_in_days_keeps_the_local_time_when_clocks_change() -> None:
    evening = datetime(2026, 3, 28, 20, 0, tzinfo=WARSAW)

    next_evening = Duration.parse("1d").after(evening, WARSAW)

    assert next_evening.astimezone(WARSAW) == datetime(2026, 3, 29, 20, 0, tzinfo=WARSAW)
    assert next_evening - evening.astimezone(UTC) == timedelta(hours=23)


def test_a_duration_in_hours_is_elapsed_time() -> None:
    evening = datetime(2026, 3, 28, 20, 0, tzinfo=WARSAW)

    later = Duration.parse("24h").after(evening, WARSAW)

    assert later - evening == timedelta(hours=24)


def test_a_month_after_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)


@pytest.mark.parametrize("text", ["", "90", "d", "-3d", "1.5d", "90 d", "90D", "9999999d", "3 weeks"])
def test_an_invalid_duration_is_refused_with_its_correct_form(text: str) -> None:
    with pytest.raises(ValueError, match="write a whole number and s, m, h, d, w, mo or y"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("day", date(2024, 5, 1), date(2024, 5, 1)),
        ("week", date(2024, 4, 29), date(2024, 5, 5)),
        ("month", date(2024, 5, 1), date(2024, 5, 31)),
        ("year", date(2024, 1, 1), date(2024, 12, 31)),
        ("ever", date.min, date.max),
    ],
)
def test_a_window_is_the_calendar_period_around_a_day(period: str, first: date, last: date) -> None:
    assert window(date(2024, 5, 1), period) == (first, last)  # type: ignore[arg-type]  # a str from the table


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-05-01T00:00:00", datetime(2024, 4, 30, 22, 0, tzinfo=UTC)),
        ("2025-11-18T21:24:46.272Z", datetime(2025, 11, 18, 21, 24, 46, 272000, tzinfo=UTC)),
        ("2024-05-01T00:00:00+05:00", datetime(2024, 4, 30, 19, 0, tzinfo=UTC)),
        ("2024-05-01", datetime(2024, 4, 30, 22, 0, tzinfo=UTC)),
    ],
)
def test_a_date_without_an_offset_is_in_the_time_zone_of_the_store(text: str, instant: datetime) -> None:
    assert read_instant(text, WARSAW) == instant


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01T00:00:00", "01.05.2024", "0001-01-01T00:00:00"])
def test_an_invalid_date_is_refused_with_its_correct_form(text: str) -> None:
    with pytest.raises(ValueError, match="write it as 2024-05-01T09:30:00"):
        read_instant(text, WARSAW)


def test_the_local_day_changes_at_local_midnight() -> None:
    before, after = datetime(2024, 4, 30, 21, 59, tzinfo=UTC), datetime(2024, 4, 30, 22, 0, tzinfo=UTC)

    assert [local_day(before, WARSAW), local_day(after, WARSAW)] == [date(2024, 4, 30), date(2024, 5, 1)]


NEW_DAY = datetime(2026, 4, 30, 22, 0, tzinfo=UTC)
"""When 1 May has begun in Warsaw."""


@pytest.mark.parametrize("text", ["2026-05-01", "2026-05-01T23:59:00", "1900-01-02"])
def test_a_member_registered_on_a_local_day_up_to_today(text: str) -> None:
    assert read_registration_date(text, WARSAW, now=NEW_DAY) == read_date(text, WARSAW)


def test_a_registration_on_a_later_local_day_is_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="in the future, and 2026-05-02 is after today, 2026-05-01"):
        read_registration_date("2026-05-01T22:30:00+00:00", WARSAW, now=NEW_DAY)


@pytest.mark.parametrize("text", ["2026-05-01", "2026-05-01T23:59:00", "1900-01-01"])
def test_a_birth_date_is_a_day_up_to_today(text: str) -> None:
    check_birth_date(text, today=date(2026, 5, 1))


@pytest.mark.parametrize(("text", "reason"), [("2026-05-02", "future"), ("soon", "not a date"), ("2026-02-30", "not")])
def test_another_birth_date_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_birth_date(text, today=date(2026, 5, 1))
