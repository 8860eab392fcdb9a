"""Events that reverse others take back what those gave, in memory: matched, by share, and in any order."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.points.operations import SpendPoints, spend_points
from loyalty.transactions import refusals
from tests.kit.shop import ANN, BOB, PROGRAM, Shop

PURCHASE = """\
event: purchase
body:
  type: object
  required: [order, total]
  properties:
    order: {type: string}
    total: {type: number, exclusiveMinimum: 0}
    till: {type: object, properties: {id: {type: integer}}}
"""
REFUND = """\
event: refund
body: {type: object, required: [order], properties: {order: {type: string}, total: {type: number}}}
reverses:
  event: purchase
  where: {order: {var: event.body.order}}
"""
IN_PART = (
    REFUND
    + """\
  share: {"/": [{var: [event.body.total, {var: reversed.body.total}]}, {var: reversed.body.total}]}
"""
)
POINTS = """\
reactor: points
on: purchase
then: [{award_points: {points: {var: event.body.total}}}, {grant_badge: buyer}, {issue_reward: coffee}]
limits: [{per: member, every: day, points: 1000}]
"""
VISITS = "achievement: visits\non: purchase\ngoal: 2\nrepeat: unlimited\nthen: [{award_points: {points: 7}}]\n"
COFFEE = "reward: coffee\ntitle: Coffee\ncoupon: {value: 1, type: money, valid: 20d}\n"
TIERS = PROGRAM + "tiers: [{tier: bronze, from: 0}, {tier: gold, from: 100}]\n"


def shop(*, refund: str = REFUND, **changed: str) -> Shop:
    files = {"events__purchase": PURCHASE, "events__refund": refund, "reactors__points": POINTS}
    return Shop(**(files | {"rewards__coffee": COFFEE} | changed))


def report(here: Shop, type_: str, member: str = ANN, **body: Any) -> None:
    here.events += here.engine.report(member, type_, body)


def buy(here: Shop, order: str, total: Any, **more: Any) -> None:
    report(here, "purchase", order=order, total=total, **more)


def refund(here: Shop, order: str, **more: Any) -> None:
    report(here, "refund", order=order, **more)


def test_a_refund_takes_back_all_that_its_purchase_gave() -> None:
    here = shop(achievements__visits=VISITS, program=TIERS)
    buy(here, "A", 60)
    buy(here, "B", 90)
    assert here.balance()["active"] == 157
    assert here.store.members.facts(ANN).tier == "gold"

    refund(here, "B")

    assert here.balance()["active"] == 60
    assert here.store.members.facts(ANN).tier == "bronze"
    assert here.store.achievements.completed(ANN, "visits") == 0
    assert here.store.members.badge_times(ANN, "buyer") == 1
    state = here.store.members_by_id[ANN]
    assert [each.status for each in state.issued.values()] == ["issued", "canceled"]
    assert state.used["points"][here.engine.today].points == {"points": 60}


def test_a_share_takes_as_much_of_the_points_and_counts_and_badges_only_with_the_whole() -> None:
    here = shop(refund=IN_PART)
    buy(here, "A", 100)

    refund(here, "A", total=Decimal("33.30"))
    assert here.balance()["active"] == 67
    assert here.store.members.badge_times(ANN, "buyer") == 1
    refund(here, "A", total=Decimal("33.30"))
    assert here.balance()["active"] == 34
    refund(here, "A", total=Decimal("33.40"))

    assert here.balance() == {}
    assert here.store.members.badge_times(ANN, "buyer") == 0


def test_three_refunds_of_a_third_are_the_whole() -> None:
    here = shop(refund=IN_PART)
    buy(here, "A", 120)

    for left in (80, 40, 0):
        refund(here, "A", total=40)
        assert here.balance().get("active", 0) == left


@settings(deadline=None, max_examples=30)
@given(parts=st.lists(st.integers(1, 50), min_size=1, max_size=6), total=st.integers(1, 997))
def test_however_a_purchase_is_refunded_in_parts_nothing_of_it_is_left(parts: list[int], total: int) -> None:
    here = shop(refund=REFUND + "  share: {var: [event.body.total, 1]}\n")
    buy(here, "A", total)

    for part in parts:
        refund(here, "A", total=Decimal(part) / sum(parts))

    assert here.balance() == {}


def test_points_that_were_spent_are_taken_from_others_and_then_owed() -> None:
    here = shop()
    buy(here, "A", 100)
    buy(here, "B", 20)
    here.operate(spend_points, SpendPoints(ANN, 90))

    refund(here, "A")

    assert here.balance()["owed"] == 70


def test_a_refund_before_its_purchase_waits_and_joins_when_that_arrives() -> None:
    here = shop()
    refund(here, "A")
    assert here.types() == []

    here.wait(3)
    buy(here, "A", 100)

    assert here.types()[0] == "purchase"
    assert "refund" in here.types()
    assert here.balance() == {}
    here.wait(10)
    assert here.balance() == {}


def test_a_refund_whose_purchase_never_comes_is_set_aside_and_goes_on_if_it_comes_after_all() -> None:
    here = shop()
    refund(here, "A")

    here.wait(8)
    assert [type(each) for each in here.engine.set_aside] == [refusals.ReversedMissing]
    buy(here, "A", 100)

    assert here.balance() == {}


def test_another_members_purchase_is_not_reversed() -> None:
    here = shop()
    report(here, "purchase", BOB, order="A", total=100)

    refund(here, "A")

    assert here.balance(BOB)["active"] == 100
    assert "refund" not in here.types()


def test_of_several_that_fit_the_newest_that_is_not_wholly_reversed_is_taken() -> None:
    here = shop()
    buy(here, "A", 10)
    here.wait(1)
    buy(here, "A", 100)

    refund(here, "A")
    assert here.balance()["active"] == 10
    refund(here, "A")
    assert here.balance() == {}
    with pytest.raises(refusals.MoreThanLeft) as refused:
        refund(here, "A")

    assert refused.value.left == 0


def test_more_than_is_left_is_refused() -> None:
    here = shop(refund=IN_PART)
    buy(here, "A", 100)
    refund(here, "A", total=60)

    with pytest.raises(refusals.MoreThanLeft, match="of the purchase 40 % can be reversed, and not 41 %"):
        refund(here, "A", total=41)

    assert here.balance()["active"] == 40


@pytest.mark.parametrize("total", [0, -1, 101])
def test_a_share_that_is_not_above_zero_or_above_the_whole_is_refused(total: int) -> None:
    here = shop(refund=IN_PART)
    buy(here, "A", 100)

    with pytest.raises(refusals.ShareOutOfRange):
        refund(here, "A", total=total)


def test_of_two_refunds_that_wait_the_one_that_is_too_much_stays_outside() -> None:
    here = shop(refund=IN_PART)
    refund(here, "A", total=60)
    refund(here, "A", total=50)

    buy(here, "A", 100)

    assert here.balance()["active"] == 40


def test_numbers_are_found_whatever_they_are_written_as_and_in_fields_of_fields() -> None:
    by_till = (
        "event: refund\nbody: {type: object, required: [till], properties: {till: {type: number}}}\n"
        "reverses: {event: purchase, where: {till.id: {var: event.body.till}}}\n"
    )
    here = shop(refund=by_till)
    buy(here, "A", 100, till={"id": 20})
    buy(here, "B", 1)

    report(here, "refund", till=Decimal("2.0E1"))

    assert here.balance()["active"] == 1


def test_by_rules_nothing_is_taken_back_and_the_reversal_is_known_all_the_same() -> None:
    here = shop(program=PROGRAM + "returns: by_rules\n")
    buy(here, "A", 100)

    refund(here, "A")

    assert here.balance()["active"] == 100
    with pytest.raises(refusals.MoreThanLeft):
        refund(here, "A")


def test_what_a_purchase_took_is_given_back() -> None:
    paid = "reactor: paid\non: purchase\nthen: [{deduct_points: {points: 10, wallet: stamps}}]\n"
    stamps = "reactor: stamps\non: member_registered\nthen: [{award_points: {points: 10, wallet: stamps}}]\n"
    here = shop(reactors__paid=paid, reactors__stamps=stamps)
    report(here, "member_registered")
    buy(here, "A", 100)
    assert "active" not in here.balance(wallet="stamps")

    refund(here, "A")

    assert here.balance(wallet="stamps")["active"] == 10


@pytest.mark.parametrize("measure", ["days", "{distinct: {var: event.body.order}}"])
def test_a_day_or_value_that_came_back_counts_again_when_it_happens_again(measure: str) -> None:
    counted = f"achievement: counted\non: purchase\nmeasure: {measure}\ngoal: 5\n"
    here = shop(achievements__counted=counted, records_messages=True)

    buy(here, "A", 10)
    refund(here, "A")
    assert here.store.members_by_id[ANN].daily_sums["counted"] == []
    assert "counted 0/5, as goods came back" in [line for each in here.events for line in each.log]
    buy(here, "A", 10)

    assert [each.amount for each in here.store.members_by_id[ANN].daily_sums["counted"]] == [1_000_000]
