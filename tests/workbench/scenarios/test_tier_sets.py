"""Several tier sets in one program: each is reached, reviewed, held by hand and read by rules by itself."""

import pytest

from tests.workbench.scenarios.test_points import EARN, outcome, shop

TIERS = "tiers: [{tier: bronze, from: 0}, {tier: silver, from: 50}, {tier: gold, from: 100}]\n"
STATUS = """\
tier_sets:
  status:
    title: Status
    tiers: [{tier: guest, from: 0}, {tier: gold, from: 30}, {tier: legend, from: 300}]
    valid: {after: 30d}
"""
SPEND = """\
tier_sets:
  spender:
    by: spend
    spend: {reduce: [{filter: [{var: event.body.items}, {"!": {in: [{var: category}, [delivery, gift_card]]}}]},
      {"+": [{var: accumulator}, {var: current.gross_value}]}, 0]}
    tiers: [{tier: small, from: 0}, {tier: big, from: 100}]
"""
LOYAL = """\
tier_sets:
  loyal:
    by: membership_months
    tiers: [{tier: new, from: 0}, {tier: year, from: 12}, {tier: decade, from: 120}]
"""
BONUS = """\
reactor: bonus
on: app_login
when: {"==": [{var: member.tiers.status}, gold]}
then: [{award_points: {points: 1}}]
"""


def test_a_member_rises_in_each_set_by_itself_and_rules_read_both() -> None:
    steps = """\
        steps:
          - {event: app_login}
          - expect: {tier: bronze, tiers: {status: guest, default: bronze}, points: 0}
          - {event: purchase, body: {total: 40}}
          - expect: {tier: bronze, tiers: {status: gold}, events: {tier_changed: 1}}
          - {event: app_login}
          - expect: {points: 41}
          - {event: purchase, body: {total: 20}}
          - expect:
              tiers: {default: silver, status: gold}
              events: [{event: tier_changed, times: 1, body: {to: silver}}]
        """

    assert outcome(shop("{points: {}}", EARN, BONUS, more=TIERS + STATUS), steps) == "passed"


def test_each_set_is_reviewed_by_itself() -> None:
    steps = """\
        steps:
          - {event: purchase, body: {total: 60}}
          - {until: 2026-06-24T12:00:00}
          - expect: {events: [{event: tier_kept, times: 1, body: {tier: gold, tier_set: status}}]}
          - {wait: 30d}
          - expect:
              tier: silver
              tiers: {status: guest}
              events: [{event: tier_changed, times: 1, body: {tier_set: status, from: gold, to: guest, up: false}}]
              webhooks: {CustomerLevelChanged: 1, LevelWillExpire: 1}
        """
    of = shop("{points: {}}", EARN, more=TIERS + STATUS + "notify_before: {tier: 3d}\n")

    assert outcome(of, steps) == "passed"


def test_a_tier_by_hand_is_of_one_set_until_its_end() -> None:
    steps = """\
        steps:
          - {set_tier: legend, set: status, ends: 2026-06-05}
          - expect: {tier: bronze, tiers: {status: legend}, events: {tier_assigned: 1, tier_changed: 1}}
          - {until: 2026-06-05T23:59:59}
          - expect: {tiers: {status: legend}, events: {tier_unassigned: 0}}
          - {until: 2026-06-06}
          - expect: {tiers: {status: guest}, events: {tier_unassigned: 1, tier_changed: 1}}
        """

    assert outcome(shop("{points: {}}", EARN, more=TIERS + STATUS), steps) == "passed"


def test_a_tier_by_hand_downwards_holds_until_the_next_review_or_until_it_is_taken_back() -> None:
    steps = """\
        steps:
          - {event: purchase, body: {total: 40}}
          - {set_tier: guest, set: status}
          - {event: purchase, body: {total: 40}}
          - expect: {tiers: {status: guest}}
          - {set_tier: null, set: status}
          - expect: {tiers: {status: gold}}
          - {set_tier: guest, set: status, pinned: true}
          - {wait: 60d}
          - expect: {tiers: {status: guest}}
        """

    assert outcome(shop("{points: {}}", EARN, more=TIERS + STATUS), steps) == "passed"


def test_taking_back_what_is_not_there_fails_the_test() -> None:
    steps = "        steps:\n          - {set_tier: null}\n          - expect: {tier: bronze}\n"

    found = outcome(shop("{points: {}}", EARN, more=TIERS + STATUS), steps)

    why = "the member is not in a tier by hand: there is nothing to take back"
    assert found == {"set_tier null": ("an answer", why)}


def test_a_rule_puts_a_member_down_and_up_in_a_set() -> None:
    down = "reactor: down\non: app_login\nthen: [{set_tier: {set: status, tier: guest}}]\n"
    steps = """\
        member: {tiers: {status: legend}}
        steps:
          - {event: app_login}
          - expect: {tiers: {status: guest}, events: [{event: tier_changed, body: {tier_set: status, up: false}}]}
        """

    assert outcome(shop("{points: {}}", EARN, down, more=TIERS + STATUS), steps) == "passed"


def test_spend_counts_money_without_what_a_rule_leaves_out_and_returns_lower_it_exactly() -> None:
    steps = """\
        steps:
          - transaction: S-1
            items:
              - {sku: tv, gross_value: 99.99, category: tv}
              - {sku: van, gross_value: 20, category: delivery}
          - expect: {tiers: {spender: small}}
          - {transaction: S-2, items: [{sku: pen, gross_value: 0.01, category: pens}]}
          - expect: {tiers: {spender: big}, events: [{event: tier_changed, body: {tier_set: spender, to: big}}]}
          - {return: R-1, of: S-1, items: [{sku: van, gross_value: 20, category: delivery}]}
          - expect: {tiers: {spender: big}}
          - {return: R-2, of: S-2}
          - expect: {tiers: {spender: small}}
        """

    assert outcome(shop("{points: {}}", EARN, more=TIERS + SPEND), steps) == "passed"


def test_months_of_membership_raise_on_the_day_with_nobody_reporting_an_event() -> None:
    steps = """\
        member: {registered_at: 2025-06-10T18:00:00}
        steps:
          - {until: 2026-06-09T23:59:59}
          - expect: {tiers: {loyal: new}}
          - {until: 2026-06-10T00:00:00}
          - expect: {tiers: {loyal: year}, events: [{event: tier_changed, body: {to: year}}]}
          - {until: 2035-06-10T00:00:00}
          - expect: {tiers: {loyal: decade}}
        """

    assert outcome(shop("{points: {}}", EARN, more=TIERS + LOYAL), steps) == "passed"


@pytest.mark.parametrize(
    ("of", "before", "after"),
    [("registration", "2027-02-27T23:59:59", "2027-02-28T00:00:00"), ("tier", "2027-05-24", "2027-05-25")],
)
def test_a_tier_is_valid_until_an_anniversary(of: str, before: str, after: str) -> None:
    kept = STATUS.replace("{after: 30d}", f"{{anniversary: {of}}}")
    steps = f"""\
        member: {{registered_at: 2024-02-29T10:00:00, tiers: {{status: gold}}}}
        steps:
          - {{until: {before}}}
          - expect: {{tiers: {{status: gold}}}}
          - {{until: {after}}}
          - expect: {{tiers: {{status: guest}}}}
        """

    assert outcome(shop("{points: {}}", EARN, more=TIERS + kept), steps) == "passed"
