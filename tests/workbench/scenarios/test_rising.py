"""Members rise at once, whatever raised their standing."""

import pytest

from tests.workbench.scenarios.test_points import EARN, outcome, shop

TIERS = "tiers: [{tier: bronze, from: 0}, {tier: silver, from: 50}, {tier: gold, from: 100}]\n"


@pytest.mark.parametrize("tier_by", ["earned_points", "active_points"])
def test_pending_points_count_when_they_become_active(tier_by: str) -> None:
    steps = """\
        steps:
          - {event: purchase, body: {total: 100}}
          - expect: {tier: bronze, pending: 100, earned: 100, events: {tier_changed: 0}}
          - {until: 2026-06-08T11:59:59}
          - expect: {tier: bronze}
          - {until: 2026-06-08T12:00:00}
          - expect: {tier: gold, points: 100, events: {points_activated: 1, tier_changed: 1}}
        """
    of = shop("{points: {pending: 14d}}", EARN, more=f"{TIERS}tier_by: {tier_by}\n")

    assert outcome(of, steps) == "passed"


def test_who_stood_above_a_tier_before_it_began_lower_rises_with_the_next_points() -> None:
    steps = """\
        member: {tier: bronze, earned: 99, points: 99}
        steps:
          - {event: purchase, body: {total: 0}}
          - expect: {tier: bronze}
          - {event: purchase, body: {total: 1}}
          - expect: {tier: gold, events: [{event: tier_changed, times: 1, body: {from: bronze, to: gold, up: true}}]}
        """

    assert outcome(shop("{points: {}}", EARN, more=TIERS), steps) == "passed"


def test_nobody_moves_down_by_spending_or_by_an_award() -> None:
    spend = "reactor: spend\non: app_login\nthen: [{deduct_points: {points: 90}}]\n"
    steps = """\
        member: {tier: gold, earned: 20, points: 95}
        steps:
          - {event: app_login}
          - {event: purchase, body: {total: 60}}
          - expect: {tier: gold, points: 65, events: {tier_changed: 0}}
        """
    of = shop("{points: {}}", EARN, spend, more=f"{TIERS}tier_by: active_points\n")

    assert outcome(of, steps) == "passed"


def test_what_was_counted_before_a_review_does_not_raise_anybody_again() -> None:
    steps = """\
        member: {tier: bronze, earned: 400, points: 400, tier_base: 380}
        steps:
          - {event: purchase, body: {total: 10}}
          - expect: {tier: bronze}
          - {event: purchase, body: {total: 20}}
          - expect: {tier: silver}
        """

    assert outcome(shop("{points: {}}", EARN, more=f"{TIERS}tier_review: {{after: 365d}}\n"), steps) == "passed"
