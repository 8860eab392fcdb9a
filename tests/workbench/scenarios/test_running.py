"""Designers' tests run by the steps of production; a failure shows what was different."""
# ruff: noqa: E501 - a case is one line, so that the table reads as one

from datetime import UTC, datetime

import pytest

from tests.workbench.scenarios.stories import missed, program, story

DOUBLE = """\
reactor: double
on: purchase
when: {">=": [{var: event.body.total}, 20]}
then: [{award_points: {points: {var: event.body.total}}}]
limits: [{every: day, times: 2}]
"""
WELCOME = "reactor: welcome\non: member_registered\nthen: [{award_points: {points: 50}}]\n"
HOOK = """\
reactor: hook
on: purchase
then: [{call_webhook: {url: "https://partner.example/hook", body: {total: {var: event.body.total}, kind: sale}}}]
"""
COUPON = "reward: coffee\ncoupon: {value: 5, type: money, valid: 10d}\n"
GIFT = "reactor: gift\non: purchase\nthen: [{issue_reward: coffee}, {set_attribute: {name: last, value: {var: event.body.total}}}]\n"
SPEND = "reactor: spend\non: purchase\nthen: [{deduct_points: {points: 30}}]\n"


def test_seven_days_in_a_row_pay_once() -> None:
    result = story("""\
        member: {tier: bronze}
        steps:
          - {event: app_login, body: {device: ios}, repeat: 7, every: 1d}
          - expect: {points: 100, badges: [early-bird], achievements: {seven-days: {completed: 1}}}
          - {wait: 90d}
          - expect: {points: 0}
        """)

    assert (result.verdict, result.mismatches) == ("passed", ())


def test_every_mismatch_has_its_own_place() -> None:
    result = story("""\
        steps:
          - {event: purchase, body: {total: 12}}
          - expect:
              points: 10
              tier: silver
              badges: [early-bird]
        """)

    assert result.verdict == "failed"
    assert missed(result) == {"points": ("10", "12"), "tier": ("silver", "bronze"), "badges": ("early-bird", "none")}
    assert [str(mismatch.place) for mismatch in result.mismatches] == [
        f"tests/story.yaml:{line}" for line in ("6:15", "7:13", "8:15")
    ]


def test_a_failure_has_the_events_since_the_previous_expectations_with_reasons() -> None:
    result = story(
        """\
        steps:
          - {event: purchase, body: {total: 50}}
          - expect: {points: 100}
          - {event: purchase, body: {total: 19.5}}
          - expect: {awarded: 39}
        """,
        program(reactors__double=DOUBLE),
    )

    (happened,) = result.events
    answers = {answer.source: answer for answer in happened.decision.outcomes}
    assert missed(result) == {"awarded": ("39", "19")}
    assert happened.body == {"total": 19.5}
    assert answers["reactor/double"].because == "event.body.total is 19.5, needed >= 20"
    assert answers["reactor/points-for-purchase"].fired


def test_a_test_ends_at_its_first_step_that_fails() -> None:
    result = story("steps: [{expect: {points: 1}}, {expect: {points: 2}}]")

    assert missed(result) == {"points": ("1", "0")}


def test_expectations_in_a_row_look_at_the_same_events() -> None:
    result = story("""\
        members: {ann: {}, bob: {}}
        steps:
          - {member: ann, event: purchase, body: {total: 5}}
          - {member: bob, event: purchase, body: {total: 7}}
          - {member: ann, expect: {awarded: 5}}
          - {member: bob, expect: {awarded: 7}}
          - {wait: 1h}
          - {member: bob, expect: {awarded: 0, events: []}}
        """)

    assert result.mismatches == ()


def test_a_member_starts_as_the_fixture_says() -> None:
    result = story(
        """\
        member:
          points: 40
          earned: 600
          badges: [early-bird]
          attributes: {city: Gdynia}
        steps:
          - expect: {points: 40, earned: 600, tier: silver, badges: {has: [early-bird]}, attributes: {city: Gdynia}}
          - {event: purchase, body: {total: 1}}
          - expect: {points: 11, spent: 30, deducted: 30, awarded: 1}
        """,
        program(reactors__spend=SPEND),
    )

    assert result.mismatches == ()


def test_the_points_of_a_fixture_expire_as_their_wallet_says_after_a_warning() -> None:
    result = story("""\
        member: {points: 40}
        steps:
          - {wait: 89d}
          - expect: {points: 40, events: [points_will_expire]}
          - {wait: 1d}
          - expect: {points: 0, expired: 40}
        """)

    assert result.mismatches == ()


def test_the_first_event_of_an_unknown_member_registers_them() -> None:
    result = story(
        """\
        member: unknown
        steps:
          - expect: {points: 0, tier: null}
          - {event: purchase, body: {total: 5}}
          - expect: {points: 55, tier: bronze, events: {member_registered: 1}, fired: [welcome]}
        """,
        program(reactors__welcome=WELCOME),
    )

    assert result.mismatches == ()


def test_a_registered_member_is_not_registered_again() -> None:
    result = story(
        "steps: [{event: purchase, body: {total: 5}}, {expect: {points: 5, not_fired: [welcome]}}]",
        program(reactors__welcome=WELCOME),
    )

    assert result.mismatches == ()


def test_a_late_event_counts_for_the_day_on_which_it_happened() -> None:
    result = story("""\
        steps:
          - {event: app_login, repeat: 3, every: 1d}
          - {wait: 2d}
          - {event: app_login, repeat: 3, every: 1d}
          - {event: app_login, time: 2024-05-04T10:00:00}
          - expect: {points: 100}
        """)

    assert result.mismatches == ()


def test_a_limit_that_stops_a_reactor_can_be_expected() -> None:
    result = story(
        """\
        steps:
          - {event: purchase, body: {total: 20}, repeat: 3}
          - expect: {points: 100, fired: {double: 2}, limited: {double: 1}}
          - {until: 2024-05-02}
          - {event: purchase, body: {total: 20}}
          - expect: {awarded: 40, limited: []}
        """,
        program(reactors__double=DOUBLE),
    )

    assert result.mismatches == ()


@pytest.mark.parametrize(
    ("asked", "mismatch"),
    [
        ("[call_webhook]", None),
        ("{call_webhook: 1}", None),
        ('[{url: "https://partner.example/hook", body: {total: 12}}]', None),
        ("[{name: UnitsTransferWasAdded, body: {data: {units: 12, wallet: {walletType: {isDefault: true}}}}}]", None),
        ("[]", ("none", "AvailablePointsAmountChanged, CampaignEffectWasApplied, UnitsTransferWasAdded, call_webhook")),
        ("{call_webhook: 2}", ("2 times", "once")),
        ('[{url: "https://other.example/"}]', ("at least once to https://other.example/", "never; it went to https://partner.example/hook")),
        ("[{name: call_webhook, body: {total: 13}}]", ('at least once with {"total": 13}', 'never; the last had {"total": 12}')),
        ("[{name: call_webhook, body: {tota: 12}}]", ('at least once with {"tota": 12}', 'never; the last had {"total": 12, "kind": "sale"}')),
        ("[CouponWillExpire]", ("at least once", "never")),
    ],
)  # fmt: skip
def test_webhooks_are_expected_by_name_count_url_and_body(asked: str, mismatch: tuple[str, str] | None) -> None:
    text = f"steps: [{{event: purchase, body: {{total: 12}}}}, {{expect: {{webhooks: {asked}}}}}]"

    result = story(text, program(reactors__hook=HOOK))

    assert [(each.expected, each.actual) for each in result.mismatches] == ([] if mismatch is None else [mismatch])


def test_rewards_and_their_statuses_can_be_expected() -> None:
    result = story(
        """\
        steps:
          - {event: purchase, body: {total: 5}, repeat: 2, every: 5d}
          - {wait: 5d}
          - expect:
              rewards: {coffee: {issued: 1, expired: 1}}
              attributes: {last: 5}
              events: [{event: coupon_expired, body: {reward: coffee}}, {event: reward_issued, times: 2}]
          - expect: {rewards: [coffee]}
          - expect: {rewards: {coffee: 2}}
        """,
        program(reactors__gift=GIFT, rewards__coffee=COUPON),
    )

    assert result.mismatches == ()


SOLD = COUPON + "price: 30\nlimits: [{every: day, times: 2}]\n"


def test_a_reward_is_bought_as_in_production() -> None:
    result = story(
        """\
        member: {points: 100}
        stock: {coffee: 3}
        steps:
          - {buy: coffee}
          - expect: {points: 70, spent: 30, rewards: [coffee], events: [points_spent, reward_issued]}
          - expect: {webhooks: [CustomerBoughtReward]}
          - {buy: coffee}
          - {buy: coffee, refused: limit_reached}
          - {buy: coffee, at: 2024-05-02T09:00:00}
          - {buy: coffee, refused: sold_out}
          - expect: {points: 10, rewards: {coffee: 3}}
          - {wait: 10d}
          - expect: {rewards: {coffee: {issued: 0, expired: 3}}}
        """,
        program(rewards__coffee=SOLD),
    )

    assert (result.verdict, result.mismatches) == ("passed", ())


@pytest.mark.parametrize(
    ("step", "expected", "actual"),
    [
        ("{buy: coffee}", "bought", "not_enough_points: the member can use 20 points, and 30 are needed"),
        ("{buy: coffee, refused: sold_out}", "sold_out", "not_enough_points"),
        ("{buy: coffee, points: 20}", "bought", "other_price: coffee costs 30 points"),
    ],
)
def test_a_purchase_that_comes_out_otherwise_fails_the_test(step: str, expected: str, actual: str) -> None:
    text = f"member: {{points: 20}}\nsteps: [{step}, {{expect: {{points: 20}}}}]"

    result = story(text, program(rewards__coffee=SOLD))

    (mismatch,) = result.mismatches
    assert (mismatch.key, mismatch.expected) == ("buy coffee", expected)
    assert mismatch.actual.startswith(actual)


@pytest.mark.parametrize(
    ("value", "is_met"), [("5", True), ("5.0", True), ("'5'", False), ("true", False), ("null", False)]
)
def test_values_of_different_types_are_not_equal(value: str, is_met: bool) -> None:
    text = f"steps: [{{event: purchase, body: {{total: 5}}}}, {{expect: {{attributes: {{last: {value}}}}}}}]"

    result = story(text, program(reactors__gift=GIFT, rewards__coffee=COUPON))

    assert (result.mismatches == ()) is is_met


def test_true_is_not_1() -> None:
    flag = "reactor: flag\non: purchase\nthen: [{set_attribute: {name: any, value: {'>': [{var: event.body.total}, 0]}}}]\n"
    text = "steps: [{event: purchase, body: {total: 5}}, {expect: {attributes: {any: 1}}}]"

    result = story(text, program(reactors__flag=flag))

    assert missed(result) == {"attributes.any": ("1", "true")}


def test_days_are_those_of_the_stores_calendar_when_clocks_change() -> None:
    result = story(
        """\
        steps:
          - {event: app_login, repeat: 7, every: 1d}
          - expect: {points: 100}
        """,
        at="2024-03-29T23:30:00",
    )

    assert result.mismatches == ()


def test_an_event_that_cannot_be_processed_fails_the_test() -> None:
    circle = (
        "reactor: circle\non: badge_granted\nwhen: {in: [again, {var: member.badges}]}\nthen: [{grant_badge: again}]\n"
    )
    start = "reactor: start\non: purchase\nthen: [{grant_badge: again}]\n"

    result = story(
        "steps: [{event: purchase, body: {total: 5}}, {expect: {points: 5}}]",
        program(reactors__circle=circle, reactors__start=start),
    )

    (mismatch,) = result.mismatches
    assert (str(mismatch.place), mismatch.key, mismatch.expected) == (
        "tests/story.yaml:3:9",
        "badge_granted",
        "an answer",
    )
    assert "Break the cycle" in mismatch.actual


def test_a_skipped_test_is_not_run() -> None:
    result = story("skip: the prices are not known yet\nsteps: [{expect: {points: 1}}]")

    assert (result.verdict, result.scenario.skip) == ("skipped", "the prices are not known yet")


def test_a_test_runs_the_same_every_time() -> None:
    text = "steps: [{event: purchase, body: {total: 5}, repeat: 2}, {expect: {points: 1}}]"

    first, second = story(text), story(text)

    assert first.events == second.events
    assert first.events[0].at == datetime(2024, 5, 1, 7, tzinfo=UTC)
