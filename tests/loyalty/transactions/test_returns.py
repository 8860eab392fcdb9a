"""Returns take back what their sale gave, in memory: points, limits, progress, badges, rewards and tiers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.operations import SpendPoints, spend_points
from loyalty.store.achievements import DailySum
from loyalty.transactions import refusals
from loyalty.transactions.operations import assign_transaction
from tests.kit.shop import ANN, BOB, DAY, EMAIL, POINT_FOR_EACH, PROGRAM, Shop, item

TIERS = PROGRAM + "tiers: [{tier: bronze, from: 0}, {tier: gold, from: 100}]\n"
PENDING = PROGRAM.replace("{default: true}", "{default: true, pending: 14d, expires: {after: 365d}}")
STAMPS = """\
reactor: stamps
on: transaction
when: {">=": [{var: event.body.gross_value}, 30]}
then: [{award_points: {points: 1, wallet: stamps}}, {grant_badge: big}]
limits: [{per: member, every: day, times: 5}, {per: program, every: day, points: 100}]
"""
CUPS = """\
achievement: cups
on: transaction
when: {in: [cup, {map: [{var: event.body.items}, {var: sku}]}]}
goal: 2
repeat: unlimited
then: [{award_points: {points: 7}}, {grant_badge: collector}]
"""
SPENT = """\
achievement: spent
on: transaction
measure: {sum: {var: event.body.gross_value}}
goal: 1000
"""
FILES = {"reactors__points": POINT_FOR_EACH, "reactors__stamps": STAMPS, "achievements__cups": CUPS}


def shop(**changed: str) -> Shop:
    return Shop(**({"reactors__points": POINT_FOR_EACH} | changed))


def test_an_order_returned_while_its_points_are_pending_leaves_none_and_takes_no_others() -> None:
    here = shop(program=PENDING)
    here.sell("OLD", item("beans", 5))
    here.wait(20)
    here.sell("A", item("beans", 10))
    assert (here.balance()["active"], here.balance()["pending"]) == (100, 200)

    here.wait(4)
    here.give_back("R", "A", item("beans", 10))
    here.wait(30)

    assert here.balance() == {"active": 100, "earned": 100, "qualifying": 100}


def test_lines_that_come_back_are_decided_away_and_the_rest_keeps_its_points() -> None:
    here = shop(reactors__stamps=STAMPS)
    here.sell("A", item("beans", 2), "cup", "filter")

    here.give_back("R1", "A", "beans")
    assert here.balance()["active"] == 35
    assert here.balance(wallet="stamps") == {"active": 1, "earned": 1, "qualifying": 1}
    here.give_back("R2", "A", "filter", "cup")

    assert here.balance()["active"] == 20
    assert here.balance(wallet="stamps") == {}
    assert here.store.members.facts(ANN).badges == ()


def test_who_has_spent_the_points_of_what_comes_back_owes_them() -> None:
    here = shop()
    here.sell("A", item("beans", 5))
    here.operate(spend_points, SpendPoints(ANN, 80))

    here.give_back("R", "A", item("beans", 5))
    assert (here.balance()["owed"], here.balance()["spent"]) == (80, 80)
    here.sell("B", item("beans", 5))

    assert here.balance()["active"] == 20
    assert "owed" not in here.balance()


def test_what_is_left_of_the_sale_goes_before_what_was_spent_is_owed() -> None:
    here = shop()
    here.sell("A", item("beans", 5))
    here.operate(spend_points, SpendPoints(ANN, 80))

    here.give_back("R", "A", "beans")

    assert here.balance() == {"spent": 80, "earned": 80, "qualifying": 80}


def test_what_comes_back_to_a_sale_after_other_points_were_taken_for_it_is_not_taken_again() -> None:
    here = shop()
    here.sell("OLD", item("beans", gross=50))
    here.sell("A", item("beans", 2, gross=100))
    spent = here.operate(spend_points, SpendPoints(ANN, 150))
    here.sell("NEW", item("cup", gross=50))

    here.give_back("R1", "A", item("beans", gross=50))
    assert here.balance() == {"earned": 150, "qualifying": 150, "spent": 150}
    here.operate(cancel_transfer, CancelTransfer(spent))
    here.give_back("R2", "A", item("beans", gross=50))

    assert here.balance() == {"active": 100, "earned": 100, "qualifying": 100}


def test_a_return_of_a_line_that_the_sale_does_not_have_is_by_share_rounded_down_in_all() -> None:
    here = shop()
    here.sell("A", item("beans", 3, gross=100))

    for number in range(3):
        here.give_back(f"R{number}", "A", item("unknown", gross=Decimal("33.3")))
    assert here.balance()["active"] == 1
    here.give_back("R", "A", item("unknown", gross=Decimal("0.1")))

    assert here.balance() == {}


def test_gold_that_was_bought_and_returned_is_gold_no_more_at_once() -> None:
    here = shop(program=TIERS)
    here.sell("A", item("beans", 5))
    assert here.store.members.facts(ANN).tier == "gold"

    here.give_back("R", "A", "beans")

    assert here.store.members.facts(ANN).tier == "bronze"
    assert here.types()[-1] == "tier_changed"


def test_a_tier_stays_until_its_review_if_the_program_says_so() -> None:
    here = shop(program=TIERS + "tier_on_return: review\ntier_review: {after: 30d}\n")
    here.sell("A", item("beans", 5))

    here.give_back("R", "A", item("beans", 5))
    assert here.store.members.facts(ANN).tier == "gold"
    here.wait(31)

    assert here.store.members.facts(ANN).tier == "bronze"


def test_what_was_earned_before_the_last_review_is_not_taken_of_what_was_earned_since() -> None:
    here = shop(program=TIERS + "tier_review: {after: 30d}\n")
    here.sell("A", item("beans", 5))
    here.wait(31)
    assert here.store.members.facts(ANN).tier == "gold"
    here.sell("B", item("beans", 6))

    here.give_back("RA", "A", item("beans", 5))
    assert here.store.members.facts(ANN).tier == "gold"
    here.give_back("RB", "B", "beans", "beans")

    assert here.store.members.facts(ANN).tier == "bronze"


def test_a_completion_falls_with_its_gifts_unless_another_sale_takes_the_place() -> None:
    here = shop(achievements__cups=CUPS)
    for number in ("A", "B", "C"):
        here.sell(number, "cup")
    assert (here.balance()["active"], here.store.achievements.completed(ANN, "cups")) == (37, 1)

    here.give_back("RA", "A", "cup")
    assert (here.balance()["active"], here.store.achievements.completed(ANN, "cups")) == (27, 1)
    here.give_back("RB", "B", "cup")

    assert (here.balance()["active"], here.store.achievements.completed(ANN, "cups")) == (10, 0)
    assert here.store.members.facts(ANN).badges == ()


@pytest.mark.parametrize("order", ["ABC", "CBA", "BCA", "BAC"])
@pytest.mark.parametrize("days", [0, 1])
@pytest.mark.parametrize("window", ["all", "week", "{last: 3d}"])
def test_each_completion_that_falls_takes_its_own_gifts_along(order: str, days: int, window: str) -> None:
    fifty = SPENT.replace("1000", f"50\nwindow: {window}")
    gift = "repeat: unlimited\nthen: [{award_points: {points: 3, wallet: stamps}}]\n"
    here = shop(achievements__spent=fifty + gift)
    sales = {"A": item("beans", gross=20), "B": item("beans", gross=40), "C": item("beans", gross=50)}
    for number, line in sales.items():
        here.wait(days if number == "C" else 0)
        here.sell(number, line)
    assert (here.balance(wallet="stamps")["active"], here.store.achievements.completed(ANN, "spent")) == (6, 2)

    for number in order:
        here.give_back(f"R{number}", number, sales[number])

    assert (here.balance(wallet="stamps"), here.store.achievements.completed(ANN, "spent")) == ({}, 0)


def test_what_a_sale_added_to_a_sum_is_taken_of_it() -> None:
    here = shop(achievements__spent=SPENT)
    here.sell("A", "beans", "cup")

    here.give_back("R", "A", "cup")

    (found,) = here.store.achievements.daily_sums(ANN, "spent", since=here.engine.today)
    assert found == DailySum(here.engine.today, "", 20_000_000)


def test_a_sale_gets_back_what_it_took() -> None:
    paying = "reactor: pay\non: transaction\nwhen: {in: [cup, {map: [{var: event.body.items}, {var: sku}]}]}\n"
    here = shop(reactors__pay=paying + "then: [{deduct_points: {points: 10}}]\n")
    here.sell("A", item("beans", 5))
    here.sell("B", item("cup", 2))
    assert (here.balance()["active"], here.balance()["spent"]) == (110, 10)

    here.give_back("R1", "B", "cup")
    assert (here.balance()["active"], here.balance()["spent"]) == (105, 5)
    here.give_back("R2", "B", "cup")

    assert (here.balance()["active"], "spent" in here.balance()) == (100, False)


def test_a_return_waits_for_its_sale_and_is_set_aside_after_seven_days() -> None:
    here = shop()
    here.give_back("R", "A", "beans")
    here.give_back("S", "B", "beans")
    assert here.types() == ["transaction_registered"] * 2

    here.sell("A", "beans", "cup", purchased_at=here.engine.now - DAY)
    assert here.types()[2:] == ["transaction", "transaction_returned"]
    assert here.balance()["active"] == 10

    here.wait(8)

    assert [type(each) for each in here.engine.set_aside] == [refusals.SaleMissing]


def test_a_return_of_a_sale_without_a_member_follows_it_when_it_is_assigned() -> None:
    here = shop()
    here.sell("A", "beans", "cup", email=None)
    here.give_back("R", "A", "cup")

    here.operate(assign_transaction, "A", ANN)

    assert here.types()[2:] == ["transaction", "transaction_returned"]
    assert here.balance()["active"] == 20
    with pytest.raises(refusals.FollowsItsSale):
        here.operate(assign_transaction, "R", BOB)


@pytest.mark.parametrize(
    ("refusal", "changed"),
    [
        (refusals.MoreThanSold, {"items": (item("beans", 3),)}),
        (refusals.MoreThanSold, {"items": (item("beans", gross=41),)}),
        (refusals.MoreThanSold, {"items": (item("unknown", gross=41),)}),
        (refusals.AnothersSale, {"email": EMAIL[BOB]}),
        (refusals.NotASale, {"sale": "R0"}),
        (refusals.MissingSale, {"sale": None}),
        (refusals.ReturnBeforeSale, {"early": True}),
        (refusals.DocumentNumberReused, {"number": "A"}),
    ],
)
def test_a_return_that_cannot_be_of_its_sale_is_refused(refusal: Any, changed: Mapping[str, Any]) -> None:
    here = shop()
    here.sell("A", item("beans", 2))
    here.sell("B", "cup")
    here.give_back("R0", "B", "cup")
    early = {"purchased_at": here.engine.now - DAY} if changed.get("early") else {}

    with pytest.raises(refusal):
        here.give_back(
            changed.get("number", "R"),
            changed.get("sale", "A"),
            *changed.get("items", ("beans",)),
            email=changed.get("email"),
            **early,
        )

    assert here.balance()["active"] == 40


def test_by_rules_takes_nothing_back_by_itself() -> None:
    take = "reactor: take\non: transaction_returned\nthen: [{deduct_points: {points: {var: event.body.gross_value}}}]\n"
    here = shop(program=PROGRAM + "returns: by_rules\n", reactors__take=take)
    here.sell("A", item("beans", 2))

    here.give_back("R", "A", "beans")

    assert here.balance() == {"active": 20, "earned": 40, "qualifying": 40, "spent": 20}


LINES = [item("beans", 2), item("cup", 3), item("filter", 1)]
PARTS = [("beans", 1), ("beans", 1), ("cup", 1), ("cup", 2), ("filter", 1)]


def _given(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: each for name, each in found.items() if each}


def state(here: Shop) -> Any:
    member = here.store.members_by_id[ANN]
    used = {
        name: [use for use in days.values() if use.times or any(use.points.values())]
        for name, days in member.used.items()
    }
    sums = {name: [each for each in found if each.amount or each.used] for name, found in member.daily_sums.items()}
    completed = {name: times for name, times in member.completed.items() if times}
    points = {wallet: here.balance(wallet=wallet) for wallet in ("points", "stamps")}
    facts = here.store.members.facts(ANN)
    return points, facts.tier, facts.badges, _given(used), _given(sums), completed


@settings(deadline=None)
@given(st.permutations(PARTS), st.integers(0, 2), st.booleans())
def test_a_sale_of_which_all_comes_back_in_any_order_leaves_everything_as_before(
    parts: list[tuple[str, int]], earlier: int, spends: bool
) -> None:
    here = Shop(program=TIERS, **FILES, achievements__spent=SPENT)
    for number in range(earlier):
        here.sell(f"E{number}", "cup", "filter")
    before = state(here)
    here.sell("A", *LINES)
    if spends and earlier:
        here.operate(spend_points, SpendPoints(ANN, 10))

    for number, (sku, quantity) in enumerate(parts):
        here.give_back(f"R{number}", "A", item(sku, quantity))

    after = state(here)
    if spends and earlier:
        points = dict(before[0]["points"])
        points = {**points, "active": points["active"] - 10, "spent": Decimal(10)}
        before = ({**before[0], "points": points}, *before[1:])
    assert after == before


def test_a_sale_that_names_another_sale_is_no_return_of_it() -> None:
    shop = Shop(reactors__points=POINT_FOR_EACH)
    shop.sell("A", "beans", "cup")
    shop.sell("X", "beans", linked_number="A")

    shop.give_back("R", "A", "cup")

    assert shop.balance()["active"] == 20 + 20
    shop.give_back("R2", "A", "beans")
    assert shop.balance()["active"] == 20


def test_a_sale_of_nobody_known_that_names_another_sale_waits_for_its_own_member() -> None:
    shop = Shop(reactors__points=POINT_FOR_EACH)
    exchange = shop.sell("X", "beans", email="new@example.com", linked_number="A")

    shop.sell("A", "beans", "cup")

    found = shop.store.transactions.get(exchange)
    assert found is not None
    assert (found.member, found.return_state) == (None, None)
    assert shop.balance()["active"] == 30
