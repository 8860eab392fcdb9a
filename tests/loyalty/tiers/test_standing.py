"""What a review makes of a tier, until when one is kept, and what falls due of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from loyalty.program.program import Program
from loyalty.program.tiers import Tier
from loyalty.program.wallets import Points
from loyalty.store.members import Balance, Member
from loyalty.tiers import standing as tiers
from program_files import read_program
from tests.kit import programs

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


def program(review: str = "{after: 365d}", **said: str) -> Program:
    more = "".join(f"{key}: {value}\n" for key, value in {"tier_review": review, **said}.items())
    text = programs.PROGRAM.replace("coupons: 3d}", "coupons: 3d, tier: 14d}") + more
    return read_program(programs.files(program=text))


def tier(found: Program, name: str) -> Tier:
    named = found.tier_named(name)
    assert named is not None
    return named


def member(*, earned: int = 0, active: int = 0, base: int = 0) -> Member:
    balance = Balance(active=Points(active), earned=Points(earned))
    return Member("ann", NOW, balances={"points": balance}, tier_base=Points(base))


@pytest.mark.parametrize(
    ("earned", "base", "left_in"),
    [
        (2000, 0, "gold"),
        (1999, 0, "silver"),
        (4000, 2000, "gold"),
        (3999, 2000, "silver"),
        (2499, 2000, "bronze"),
        (2000, 2000, "bronze"),
    ],
)
def test_a_review_counts_what_was_earned_since_the_one_before(earned: int, base: int, left_in: str) -> None:
    found = program()

    assert tiers.reviewed(found, member(earned=earned, base=base), tier(found, "gold")).name == left_in


@pytest.mark.parametrize(("active", "left_in"), [(500, "silver"), (499, "bronze")])
def test_a_review_by_active_points_counts_what_can_be_spent(active: int, left_in: str) -> None:
    found = program(tier_by="active_points")

    reviewed = tiers.reviewed(found, member(earned=9000, active=active, base=9000), tier(found, "silver"))

    assert reviewed.name == left_in


def test_a_review_moves_nobody_up() -> None:
    found = program()

    assert tiers.reviewed(found, member(earned=2000), tier(found, "silver")).name == "silver"


def test_who_has_nothing_falls_to_the_lowest_tier_even_where_it_begins_above_nothing() -> None:
    text = programs.PROGRAM.replace("from: 0}", "from: 10}") + "tier_review: {after: 365d}\n"
    found = read_program(programs.files(program=text))

    reviewed = tiers.reviewed(found, Member("ann", NOW, tier_base=Points(700)), tier(found, "gold"))

    assert reviewed.name == "bronze"


def test_without_reviews_all_that_was_ever_earned_counts() -> None:
    balance = Balance(earned=Points(900))

    assert tiers.standing(program(), balance, Points(800)) == Decimal(100)
    assert tiers.standing(program("never"), balance, Points(800)) == Decimal(900)


@pytest.mark.parametrize(
    ("review", "until"),
    [
        ("{after: 365d}", datetime(2027, 5, 1, 9, 0, tzinfo=UTC)),
        ("{end_of: year}", datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
        ('{on: "05-01"}', datetime(2027, 4, 30, 22, 0, tzinfo=UTC)),
        ("never", None),
    ],
)
def test_a_tier_is_kept_as_long_as_the_program_says(review: str, until: datetime | None) -> None:
    found = program(review)

    assert tiers.kept_until(found, tier(found, "gold"), now=NOW) == until
    assert tiers.kept_until(found, tier(found, "bronze"), now=NOW) is None


def test_its_member_is_warned_before_and_at_once_where_that_has_gone_by() -> None:
    found, far, near = program(), NOW + timedelta(days=100), NOW + timedelta(days=3)

    assert tiers.next_due(found, far, warned=False, now=NOW) == (NOW + timedelta(days=86), "tier_warn")
    assert tiers.next_due(found, near, warned=False, now=NOW) == (NOW, "tier_warn")
    assert tiers.next_due(found, far, warned=True, now=NOW) == (far, "tier_review")
