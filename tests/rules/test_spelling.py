"""Suggestions for misspelt names."""

import pytest

from rules.spelling import closest_match


@pytest.mark.parametrize(
    ("name", "known", "suggested"),
    [
        ("totl", ["total", "tip"], "total"),
        ("Total", ["total", "totals"], "total"),
        ("badge_given", ["badge_granted", "points_added"], "badge_granted"),
        ("remove_badge", ["grant_badge", "set_tier"], None),
        ("take_points", ["award_points", "deduct_points"], "deduct_points"),
        ("min_total", ["max_total"], None),
        ("ends_wiht", ["starts_with", "ends_with"], "ends_with"),
        ("valid.until", ["valid.from"], None),
        ("floor", ["lower", "upper"], None),
        ("points", ["earned_points", "spent_points"], None),
        ("age", ["badges", "tiers"], None),
        ("x", [], None),
    ],
)
def test_the_closest_name_is_suggested_unless_it_says_the_opposite(
    name: str, known: list[str], suggested: str | None
) -> None:
    assert closest_match(name, known) == suggested
