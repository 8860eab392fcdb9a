"""Rules of rewards that take long are refused with the reason, where rewards are sold and issued."""

import pytest

from loyalty.program.rule_bounds import COUPON_STEPS, TakesTooLong, bounded
from loyalty.rewards import refusals
from loyalty.rewards.eligibility import why_not_buying
from rules import steps_together
from tests.kit.rewards import ANN, Shop, program


def loop(times: int) -> str:
    """A rule that gives `times` times `times`, in four times as many steps."""
    inner = f"{{reduce: [{[1] * times}, {{'+': [{{var: accumulator}}, 1]}}, {{'*': [0, {{var: current}}]}}]}}"
    return f"{{reduce: [{[1] * times}, {{'+': [{{var: accumulator}}, {inner}]}}, 0]}}"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_coupon_whose_value_takes_too_long_is_not_issued_and_nothing_is_paid(shop: Shop) -> None:
    value = f"{{'+': [{{'*': [0, {{var: points}}]}}, {loop(300)}]}}"
    slow = f"reward: mug\nprice: 50\ncoupon: {{value: {value}, type: money}}\n"
    gift = "reactor: gift\non: visit\nthen: [{deduct_points: {points: 150}}, {issue_reward: mug}]\n"
    shop.engine.program = program(rewards__mug=slow, reactors__gift=gift)

    with pytest.raises(refusals.InvalidCouponValue, match=f"takes more than {COUPON_STEPS:,} steps"):
        shop.buy("mug")
    processed = shop.engine.report(ANN, "visit", {})

    assert [each.error for each in processed] == [""] * len(processed)
    assert any("takes more than 200,000 steps" in line for line in processed[0].log)
    assert shop.points() == 1000


def test_the_coupons_of_one_event_are_bounded_together(shop: Shop) -> None:
    rather_slow = f"reward: mug\ncoupon: {{value: {loop(130)}, type: money}}\n"
    gifts = "reactor: gift\non: visit\nthen:\n" + "  - {issue_reward: mug}\n" * 4
    shop.engine.program = program(rewards__mug=rather_slow, reactors__gift=gifts)

    processed = shop.engine.report(ANN, "visit", {})

    assert [each.type for each in processed].count("reward_issued") == 2
    assert sum("takes more than 200,000 steps" in line for line in processed[0].log) == 2


def test_a_rule_of_who_may_buy_that_takes_too_long_lets_no_member_buy(shop: Shop) -> None:
    asked = f"{{'>': [{{'+': [{{'*': [0, {{var: member.points}}]}}, {loop(100)}]}}, 1]}}"
    shop.engine.program = program(rewards__mug=f"reward: mug\nprice: 50\nfor: {asked}\n")
    member = shop.engine.store.members.facts(ANN)

    refused = why_not_buying(
        shop.engine.store, shop.engine.program, shop.engine.program.rewards["mug"], member, now=shop.engine.now
    )

    assert isinstance(refused, refusals.NotEligible)
    assert "takes more than 20,000 steps" in str(refused)
    with pytest.raises(refusals.NotEligible):
        shop.buy("mug")


def test_what_takes_few_steps_is_returned() -> None:
    with steps_together(COUPON_STEPS):
        assert bounded(lambda: 7, COUPON_STEPS) == 7
    assert issubclass(TakesTooLong, Exception)
