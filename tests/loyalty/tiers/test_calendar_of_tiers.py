"""Anniversaries and months of membership, to the local day, for any days and zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from loyalty.calendar import Duration, add_months, local_day, start_of
from loyalty.program.expiry import Anniversary, anniversary_of
from loyalty.program.program import Program
from loyalty.tiers.standing import months_of_membership, next_months_at
from program_files import read_program

ZONES = st.sampled_from([ZoneInfo(name) for name in ("Europe/Warsaw", "UTC", "America/New_York", "Pacific/Apia")])
MOMENTS = st.integers(631_152_000, 2_840_140_800).map(lambda each: datetime.fromtimestamp(each, UTC))


def loyal(zone: ZoneInfo, *months: int) -> Program:
    tiers = "".join(f"  - {{tier: m{each}, from: {each}}}\n" for each in months)
    text = f"store: S\ntimezone: {zone.key}\ntier_by: membership_months\ntiers:\n{tiers}"
    return read_program({"program.yaml": text.encode()})


@given(ZONES, MOMENTS, MOMENTS, st.sampled_from(["registration", "tier"]))
def test_an_anniversary_is_the_first_such_day_after_today_as_it_begins(zone, one, other, of):
    registered_at, now = sorted((one, other))

    at = anniversary_of(Anniversary(of), registered_at=registered_at, now=now, zone=zone)

    first = local_day(now if of == "tier" else registered_at, zone)
    day = local_day(at, zone)
    assert at == start_of(day, zone)
    assert local_day(now, zone) < day <= add_months(local_day(now, zone), 12) + timedelta(days=1)
    assert (day.month, day.day) == (first.month, first.day) or ((first.month, first.day), day.day) == ((2, 29), 28)


def test_who_registered_on_29_february_has_it_on_the_28th_of_other_years_and_on_the_29th_of_leap_years() -> None:
    zone, leap = ZoneInfo("Europe/Warsaw"), datetime(2024, 2, 29, 12, tzinfo=UTC)

    days = []
    now = leap
    for _ in range(4):
        now = anniversary_of(Anniversary("registration"), registered_at=leap, now=now, zone=zone)
        days.append(local_day(now, zone))

    assert days == [date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]


def test_an_anniversary_may_be_later() -> None:
    zone, now = ZoneInfo("UTC"), datetime(2026, 5, 1, 12, tzinfo=UTC)

    at = anniversary_of(Anniversary("tier", Duration(months=12)), registered_at=now, now=now, zone=zone)

    assert at == datetime(2028, 5, 1, tzinfo=UTC)


@given(ZONES, MOMENTS, MOMENTS)
def test_months_of_membership_are_the_most_that_fit_before_today(zone, one, other):
    registered_at, now = sorted((one, other))
    first, today = local_day(registered_at, zone), local_day(now, zone)

    months = months_of_membership(registered_at, now=now, zone=zone)

    assert add_months(first, months) <= today < add_months(first, months + 1)


@given(ZONES, MOMENTS, st.sets(st.integers(1, 400), min_size=1, max_size=4))
def test_the_clock_finds_every_tier_on_its_day_and_none_between(zone, registered_at, months):
    """Waking at each moment that is stored finds the next tier at that moment, and not a microsecond before."""
    program, now, found = loyal(zone, 0, *sorted(months)), registered_at, []
    rules = program.default_tier_set

    while (at := next_months_at(rules, registered_at, now=now, zone=zone)) is not None:
        before = at - timedelta(microseconds=1)
        reached, missed = (months_of_membership(registered_at, now=each, zone=zone) for each in (at, before))
        found.append(reached)
        assert missed < reached
        now = at

    assert found == sorted(months)
