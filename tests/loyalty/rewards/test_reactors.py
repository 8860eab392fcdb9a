"""Rewards that reactors issue, for points or for none."""

from decimal import Decimal

import pytest

from loyalty.points.operations import AddPoints, SpendPoints, add_points, spend_points
from loyalty.rewards import refusals
from loyalty.rewards.eligibility import why_not_buying
from tests.kit.rewards import ANN, Shop, program


@pytest.fixture
def shop() -> Shop:
    return Shop()


REACTOR = "reactor: gift\non: visit\nthen: [{deduct_points: {points: 150}}, {issue_reward: mug}]\n"
BADGE = "reactor: badge\non: visit\nthen: [{issue_reward: mug}, {grant_badge: seen}]\n"


def test_a_reactor_of_which_nothing_is_left_takes_nothing_and_fails_nothing(shop: Shop) -> None:
    shop.engine.program = program(reactors__gift=REACTOR, reactors__badge=BADGE)
    shop.stock("mug", 2)

    first = shop.engine.report(ANN, "visit", {})
    second = shop.engine.report(ANN, "visit", {})

    assert shop.supply("mug").stock == 0
    assert shop.points() == 850
    assert [each.type for each in first].count("reward_issued") == 2
    outcomes = {each.source: each for each in second[0].decision.outcomes}
    assert outcomes["reactor/gift"].verdict == "came_to_nothing"
    assert "no mug: nothing is left of it" in outcomes["reactor/gift"].because
    assert outcomes["reactor/badge"].verdict == "fired", "it grants its badge all the same"
    assert [each.error for each in second] == [""] * len(second)


def test_a_reactor_takes_nothing_for_a_coupon_that_could_not_be_used_any_more(shop: Shop) -> None:
    over = "reward: mug\nprice: 50\ncoupon: {value: 5, type: money, until: 2026-05-01}\n"
    shop.engine.program = program(rewards__mug=over, reactors__gift=REACTOR)

    (last_day,) = [each for each in shop.engine.report(ANN, "visit", {}) if each.type == "visit"]
    shop.wait(1)
    (over_since,) = shop.engine.report(ANN, "visit", {})
    reward = shop.engine.program.rewards["mug"]
    member = shop.engine.store.members.facts(ANN)
    refused = why_not_buying(shop.engine.store, shop.engine.program, reward, member, now=shop.engine.now)

    assert shop.points() == 850
    assert last_day.decision.outcomes[0].verdict == "fired"
    assert over_since.decision.outcomes[0].verdict == "came_to_nothing"
    assert isinstance(refused, refusals.NoLongerOnSale)


def test_what_a_reactor_deducts_is_the_cost_of_the_reward_that_it_issues(shop: Shop) -> None:
    shop.engine.program = program(reactors__gift=REACTOR)

    (_, issued) = shop.engine.report(ANN, "visit", {})

    (message,) = [each.body["data"] for each in issued.sent if each.name == "CustomerBoughtReward"]
    assert message["costInPoints"] == 150
    assert message["actionCause"]["campaignId"] == shop.engine.program.id_of("reactor", "gift")
    assert message["actionCause"]["customEventId"] == issued.parent
    shop.cancel(issued.body["issued_reward"])
    assert shop.points() == 1000


TINY = "reward: tiny\ncoupon: {value: {'*': [{var: points}, 0.0001]}, type: money}\n"
FOR_TINY = """\
reactor: gift
on: visit
then: [{deduct_points: {points: {var: member.points}}}, {issue_reward: tiny}]
limits: [{every: ever, times: 1}, {per: program, every: day, times: 1}]
"""


def test_a_reactor_gives_back_what_it_took_for_a_coupon_that_is_worth_nothing(shop: Shop) -> None:
    shop.engine.program = program(rewards__tiny=TINY, reactors__gift=FOR_TINY)
    shop.run(spend_points, SpendPoints(ANN, 950))

    nothing = shop.engine.report(ANN, "visit", {})
    left = shop.points()
    shop.run(add_points, AddPoints(ANN, 100, never_expires=True))
    something = shop.engine.report(ANN, "visit", {})

    assert (left, shop.points()) == (50, 0)
    assert [each.type for each in nothing] == ["visit", "points_transfer_cancelled"]
    assert "reward_issued" in [each.type for each in something], "the first used no limit"


def test_a_reactor_that_gives_more_than_the_coupon_keeps_what_it_took(shop: Shop) -> None:
    more = FOR_TINY.replace("{issue_reward: tiny}]", "{issue_reward: tiny}, {grant_badge: seen}]")
    shop.engine.program = program(rewards__tiny=TINY, reactors__gift=more)
    shop.run(spend_points, SpendPoints(ANN, 950))

    shop.engine.report(ANN, "visit", {})

    assert shop.points() == 0


FIVE_PERCENT = "reward: back\ncoupon: {value: {'*': [{var: event.body.total}, 0.05]}, type: money}\n"
SPENT = "event: spent\nbody: {type: object, required: [total], properties: {total: {type: number}}}\n"
BACK = "reactor: back\non: spent\nthen: [{issue_reward: back}]\n"


@pytest.mark.parametrize("stock", [None, 2])
def test_a_coupon_is_worth_a_part_of_the_event_by_which_it_is_issued(shop: Shop, stock: int | None) -> None:
    shop.engine.program = program(rewards__back=FIVE_PERCENT, events__spent=SPENT, reactors__back=BACK)
    shop.stock("back", stock)

    issued = [shop.engine.report(ANN, "spent", {"total": total})[-1] for total in (Decimal("99.99"), 40)]

    assert [shop.issued(each.body["issued_reward"]).value for each in issued] == [4_990_000, 2_000_000]


@pytest.mark.parametrize("effects", ["{issue_reward: back}", "{issue_reward: back}, {issue_reward: back}"])
def test_a_coupon_that_is_worth_nothing_uses_no_limit_of_a_reactor_without_points(shop: Shop, effects: str) -> None:
    once = f"reactor: back\non: spent\nthen: [{effects}]\nlimits: [{{every: day, times: 1}}]\n"
    shop.engine.program = program(rewards__back=FIVE_PERCENT, events__spent=SPENT, reactors__back=once)

    reported = [shop.engine.report(ANN, "spent", {"total": total}) for total in (Decimal("0.1"), 40, 40)]

    gifts = effects.count("back")
    assert [[each.type for each in events].count("reward_issued") for events in reported] == [0, gifts, 0]


def test_such_a_coupon_is_given_by_hand_with_a_value_alone(shop: Shop) -> None:
    shop.engine.program = program(rewards__back=FIVE_PERCENT, events__spent=SPENT, reactors__back=BACK)

    with pytest.raises(refusals.InvalidCouponValue, match="send couponValue"):
        shop.give("back")
    (issued_id,) = shop.give("back", value=Decimal(7))

    assert shop.issued(issued_id).value == 7_000_000
