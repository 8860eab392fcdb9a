"""Bounds of corrections: what they allow, and which bounds are within others."""

from decimal import Decimal

import pytest

from access import Bound, Bounds, Permission, Rights

FEW = Bound("points", Decimal(100), Decimal(500))
MILES = Bound("points", Decimal(10), Decimal(50), unit="miles")
CORRECTS = frozenset({Permission.MAKE_CORRECTIONS})


def bounds(*each: Bound) -> Bounds:
    return Bounds(each)


def test_a_bound_of_a_unit_stands_over_the_one_of_its_kind() -> None:
    both = bounds(FEW, MILES)

    assert (both.of("points", "miles"), both.of("points", "stars")) == (MILES, FEW)


def test_what_bounds_do_not_name_is_not_done_alone() -> None:
    assert bounds(MILES).of("points", "stars") == Bound("points", Decimal(0), Decimal(0))
    assert bounds(FEW).of("tier", "gold") == Bound("tier", Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    ("mine", "theirs", "covered"),
    [
        ((FEW,), (FEW,), True),
        ((FEW,), (Bound("points", Decimal(100), Decimal(500), unit="miles"),), True),
        ((FEW,), (Bound("points", Decimal(101), Decimal(500)),), False),
        ((FEW,), (Bound("points", Decimal(100), None),), False),
        ((FEW,), (FEW, Bound("tier", Decimal(1))), False),
        ((FEW, MILES), (FEW,), False),  # of miles, more
        ((Bound("points"),), (FEW, MILES), True),
        ((FEW,), (), True),
    ],
)
def test_bounds_cover_those_that_allow_no_more(mine: tuple, theirs: tuple, covered: bool) -> None:
    assert bounds(*mine).cover(bounds(*theirs)) == covered


def test_rights_without_bounds_cover_all_and_are_covered_by_none_that_have_some() -> None:
    free, bounded = Rights(CORRECTS), Rights(CORRECTS, bounds=(bounds(FEW),))

    assert (free.cover(bounded), bounded.cover(free), bounded.cover(bounded)) == (True, False, True)
    assert bounded.cover(Rights(frozenset()))  # who corrects nothing needs no bounds


def test_rights_that_limit_each_other_have_the_bounds_of_both() -> None:
    key, owner = Rights(CORRECTS, bounds=(bounds(MILES),)), Rights(CORRECTS, bounds=(bounds(FEW),))

    assert key.limited_to(owner).bounds == (bounds(MILES), bounds(FEW))
    assert Rights(CORRECTS).limited_to(owner).bounds == (bounds(FEW),)
