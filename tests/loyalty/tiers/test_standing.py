"""The result of a review, the end of a period, and the due items of a tier."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from loyalty.program.program import Program
from loyalty.program.tiers import Tier
from loyalty.store.due_items import DueTimes
from loyalty.store.members import Balance, Member
from loyalty.tiers import standing as tiers
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


def program_with(review: str = "{after: 365d}", **settings: str) -> Program:
    more = "".join(f"{key}: {value}\n" for key, value in {"tier_review": review, **settings}.items())
    text = programs.PROGRAM.replace("coupons: 3d}", "coupons: 3d, tier: 14d}") + more
    return read_program(programs.files(program=text))


def tier(program: Program, name: str) -> Tier:
    named = program.tier_named(name)
    assert named is not None
    return named


def reviewed(program: Program, judged: Member, present: str) -> str:
    """The tier of a member after a review."""
    rules = program.default_tier_set
    amount = tiers.standing(rules, judged.balances.get("points", Balance()), judged.tier_base)
    return tiers.reviewed(rules, tier(program, present), amount).name


def kept_until(program: Program, *, registered_at: datetime = NOW, now: datetime = NOW) -> datetime | None:
    return tiers.kept_until(program, program.default_tier_set, registered_at=registered_at, now=now)


def due_times(program: Program, name: str | None, until: datetime, *, warned: bool = False) -> DueTimes:
    return tiers.due_times(program, program.default_tier_set, name, until, warned=warned, now=NOW)


def member(*, qualifying: int = 0, active: int = 0, base: int = 0) -> Member:
    balance = Balance(active=points(active), qualifying=points(qualifying))
    return Member("ann", NOW, balances={"points": balance}, tier_base=points(base))


@pytest.mark.parametrize(
    ("qualifying", "base", "expected"),
    [
        (2000, 0, "gold"),
        (1999, 0, "silver"),
        (4000, 2000, "gold"),
        (3999, 2000, "silver"),
        (2499, 2000, "bronze"),
        (2000, 2000, "bronze"),
    ],
)
def test_a_review_counts_points_that_qualified_since_the_last_review(qualifying: int, base: int, expected: str) -> None:
    program = program_with()

    assert reviewed(program, member(qualifying=qualifying, base=base), "gold") == expected


@pytest.mark.parametrize(("active", "expected"), [(500, "silver"), (499, "bronze")])
def test_a_review_by_active_points_counts_points_that_can_be_spent(active: int, expected: str) -> None:
    program = program_with(tier_by="active_points")

    assert reviewed(program, member(qualifying=9000, active=active, base=9000), "silver") == expected


def test_a_review_moves_nobody_up() -> None:
    program = program_with()

    assert reviewed(program, member(qualifying=2000), "silver") == "silver"


def test_a_member_without_points_moves_to_the_lowest_tier_even_if_it_begins_above_0() -> None:
    text = programs.PROGRAM.replace("from: 0}", "from: 10}") + "tier_review: {after: 365d}\n"
    program = read_program(programs.files(program=text))

    assert reviewed(program, Member("ann", NOW, tier_base=points(700)), "gold") == "bronze"


def test_without_reviews_all_points_that_ever_qualified_count() -> None:
    balance = Balance(earned=points(5000), qualifying=points(900))

    assert tiers.standing(program_with().default_tier_set, balance, points(800)) == Decimal(100)
    assert tiers.standing(program_with("never").default_tier_set, balance, points(800)) == Decimal(900)


@pytest.mark.parametrize(
    ("review", "until"),
    [
        ("{after: 365d}", datetime(2027, 5, 1, 9, 0, tzinfo=UTC)),
        ("{end_of: year}", datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
        ('{on: "05-01"}', datetime(2026, 5, 1, 22, 0, tzinfo=UTC)),
        ('{on: "04-30"}', datetime(2027, 4, 30, 22, 0, tzinfo=UTC)),
        ("never", None),
    ],
)
def test_a_tier_is_kept_as_long_as_the_program_says(review: str, until: datetime | None) -> None:
    program = program_with(review)

    assert kept_until(program) == until


def test_the_warning_is_due_before_the_review_or_at_once_if_that_is_past() -> None:
    program, far, near = program_with(), NOW + timedelta(days=100), NOW + timedelta(days=3)

    assert due_times(program, "gold", far) == {"tier_warn": NOW + timedelta(days=86), "tier_review": far}
    assert due_times(program, "gold", near) == {"tier_warn": NOW, "tier_review": near}
    assert due_times(program, "gold", far, warned=True) == {"tier_review": far}


@pytest.mark.parametrize("name", ["bronze", None, "of-another-program"])
def test_nobody_is_warned_in_a_tier_that_cannot_be_lost(name: str | None) -> None:
    until = NOW + timedelta(days=100)

    assert due_times(program_with(), name, until) == {"tier_period": until}
