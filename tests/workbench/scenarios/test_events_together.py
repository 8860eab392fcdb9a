"""Events of designers' tests that are accepted at one moment, and decided one after the other."""

import pytest

from tests.workbench.scenarios.stories import missed, program, story

WELCOME = "reactor: welcome\non: member_registered\nthen: [{award_points: {points: 50}}]\n"
COUPON = "reward: coffee\ncoupon: {value: 5, type: money, valid: 10d}\n"
COFFEE = """\
reactor: coffee
on: purchase
when: {">=": [{var: member.points}, 150]}
then: [{deduct_points: {points: 150}}, {issue_reward: coffee}]
"""


def test_events_together_are_decided_one_after_the_other_in_the_order_written() -> None:
    shop = program(reactors__coffee=COFFEE, rewards__coffee=COUPON)

    result = story(
        """\
        member: {points: 150}
        steps:
          - {together: [{event: purchase, body: {total: 0}, repeat: 25}]}
          - expect: {points: 0, rewards: {coffee: 1}, fired: {coffee: 1}, deducted: 150}
        """,
        shop,
    )

    assert result.mismatches == ()


@pytest.mark.parametrize(("first", "then", "fired"), [(150, 0, 1), (0, 150, 0)])
def test_the_order_of_events_together_decides(first: int, then: int, fired: int) -> None:
    result = story(
        f"""\
        steps:
          - together:
              - {{event: purchase, body: {{total: {first}}}}}
              - {{event: purchase, body: {{total: {then}}}}}
          - expect: {{fired: {{coffee: {fired}}}}}
        """,
        program(reactors__coffee=COFFEE, rewards__coffee=COUPON),
    )

    assert result.mismatches == ()


def test_the_clock_moves_to_the_moment_of_events_together_and_stands_still_there() -> None:
    result = story(
        """\
        member: {points: 40}
        steps:
          - {together: [{event: purchase, body: {total: 5}, repeat: 3}], at: 2024-07-30T09:00:00}
          - expect: {points: 15, expired: 40, webhooks: [PointsWillExpire]}
          - {wait: 90d}
          - expect: {points: 0, expired: 55}
        """
    )

    assert result.mismatches == ()


def test_a_member_of_events_together_who_is_unknown_is_registered_once() -> None:
    result = story(
        """\
        members: {ann: {}, new: unknown}
        steps:
          - together:
              - {member: ann, event: purchase, body: {total: 5}}
              - {member: new, event: purchase, body: {total: 7}, repeat: 2}
              - {member: ann, event: app_login, time: 2024-04-30T09:00:00}
          - {member: ann, expect: {points: 5, achievements: {seven-days: {progress: 1}}, events: []}}
          - {member: new, expect: {points: 64, fired: {welcome: 1, points-for-purchase: 2}}}
          - {member: new, expect: {events: {member_registered: 2}}}
        """,
        program(reactors__welcome=WELCOME),
    )

    assert missed(result) == {"events.member_registered": ("2 times", "once")}
    assert [(each.type, result.together[each.id].number) for each in result.events] == [
        ("member_registered", 2),
        ("purchase", 2),
        ("purchase", 3),
    ]


def test_a_failure_says_which_event_together_did_what() -> None:
    result = story(
        """\
        steps:
          - together:
              - {event: app_login}
              - {event: purchase, body: {total: 500}}
          - expect: {tier: gold}
        """,
    )

    places = {each.type: result.together[each.id] for each in result.events}
    assert missed(result) == {"tier": ("gold", "silver")}
    assert {type_: (each.number, each.count, str(each.place)) for type_, each in places.items()} == {
        "app_login": (1, 2, "tests/story.yaml:5:9"),
        "purchase": (2, 2, "tests/story.yaml:6:9"),
        "tier_changed": (2, 2, "tests/story.yaml:6:9"),
    }


def test_an_event_together_that_cannot_be_processed_does_not_hold_up_those_behind_it() -> None:
    circle = (
        "reactor: circle\non: badge_granted\nwhen: {in: [again, {var: member.badges}]}\nthen: [{grant_badge: again}]\n"
    )
    start = "reactor: start\non: app_login\nthen: [{grant_badge: again}]\n"

    result = story(
        """\
        steps:
          - {together: [{event: app_login}, {event: purchase, body: {total: 5}}]}
          - expect: {points: 5}
        """,
        program(reactors__circle=circle, reactors__start=start),
    )

    (mismatch,) = result.mismatches
    assert (str(mismatch.place), mismatch.key) == ("tests/story.yaml:4:17", "badge_granted")
    assert result.events[-1].type == "purchase"
