"""What returns take of points that expired, were spent, held, cancelled, or count for tiers only in part."""

from decimal import Decimal

import pytest

from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.holds import HoldPoints, capture_points, hold_points, release_points
from loyalty.points.operations import AddPoints, SpendPoints, add_points, spend_points
from tests.kit.shop import ANN, DAY, POINT_FOR_EACH, PROGRAM, Shop, item

EXPIRING = PROGRAM.replace("{default: true}", "{default: true, expires: {after: 30d}}")
FORGIVING = PROGRAM.replace("{default: true}", "{default: true, debt: none}")
HUNDRED = "reactor: hundred\non: transaction\nthen: [{award_points: {points: 100}}]\n"
FIFTY = "reactor: fifty\non: transaction\nthen: [{award_points: {points: 50, qualifies: false}}]\n"
PAY = 'reactor: pay\non: transaction\nwhen: {"==": [{var: event.body.channel}, pay]}\n'
A, HALF = item("beans", 5), item("beans", 2, gross=50)


def shop(program: str = EXPIRING, **files: str) -> Shop:
    return Shop(program=program, **(files or {"reactors__points": POINT_FOR_EACH}))


def transfer(here: Shop, kind: str, source: str = "") -> str:
    """The id of the last transfer of a kind, by a source that contains a text."""
    found = [each for event in here.events for each in event.transfers]
    return [each.id for each in found if each.kind == kind and source in each.source][-1]


def test_expired_points_that_were_given_back_are_taken() -> None:
    here = shop()
    here.sell("S", A)
    here.wait(31)
    expiry = CancelTransfer(transfer(here, "expire"), expires_at=here.engine.now + 40 * DAY)
    here.operate(cancel_transfer, expiry)

    here.give_back("R", "S", A)

    assert here.balance() == {}


def test_the_standing_falls_also_where_the_points_have_expired() -> None:
    here = shop()
    here.sell("S", A)
    here.wait(31)
    here.sell("T", A)

    here.give_back("R1", "S", HALF)
    assert (here.balance()["active"], here.balance()["qualifying"]) == (100, 150)
    here.give_back("R2", "S", item("beans", 3, gross=50))

    assert (here.balance()["active"], here.balance()["qualifying"]) == (100, 100)


@pytest.mark.parametrize("back", [HALF, item("unknown", gross=50)])
def test_only_points_that_count_for_tiers_are_taken_of_the_standing(back: object) -> None:
    apart = POINT_FOR_EACH.replace("reactor: points", "reactor: apart").replace("value}}", "value}, qualifies: false}")
    here = shop(reactors__points=POINT_FOR_EACH, reactors__apart=apart)
    here.sell("S", A)
    assert here.balance() == {"active": 200, "earned": 200, "qualifying": 100}

    here.give_back("R", "S", back)

    assert here.balance() == {"active": 100, "earned": 100, "qualifying": 50}


@pytest.mark.parametrize("by_share", [True, False])
def test_an_award_that_was_cancelled_lessens_no_other_award_of_the_sale(by_share: bool) -> None:
    here = shop(reactors__points=POINT_FOR_EACH, reactors__fifty=FIFTY)
    here.sell("S", A)
    here.operate(cancel_transfer, CancelTransfer(transfer(here, "award", "fifty")))

    here.give_back("R", "S", item("unknown", gross=50) if by_share else HALF)
    assert here.balance() == {"active": 50, "earned": 50, "qualifying": 50}
    here.give_back("R2", "S", item("unknown", gross=50) if by_share else item("beans", 3, gross=50))

    assert here.balance() == {}


def test_what_a_sale_gives_back_to_a_cancelled_addition_is_taken_at_once() -> None:
    here = shop(FORGIVING, reactors__pay=PAY + "then: [{deduct_points: {points: 100}}]\n")
    added = here.operate(add_points, AddPoints(ANN, 100))
    here.sell("S", "cup", channel="pay")
    cancelled = here.operate(cancel_transfer, CancelTransfer(added))
    assert cancelled.shortfall == 100_000_000

    here.give_back("R", "S", "cup")

    assert here.balance() == {}


@pytest.mark.parametrize("by", ["member", "shop"])
@pytest.mark.parametrize("days", [0, 31])
def test_a_spend_that_is_cancelled_after_the_return_pays_what_is_owed_for_it(by: str, days: int) -> None:
    here = shop()
    here.sell("S", A)
    spent = here.operate(spend_points, SpendPoints(ANN, 40))
    here.give_back("R", "S", A)
    assert here.balance() == {"spent": 40, "owed": 40}
    here.wait(days)

    here.operate(cancel_transfer, CancelTransfer(spent, by=by))
    here.wait(60)

    assert here.balance() == {}


def test_what_was_taken_in_place_of_spent_points_comes_back_when_these_do() -> None:
    here = shop()
    here.sell("S", A)
    spent = here.operate(spend_points, SpendPoints(ANN, 100))
    here.wait(20)
    here.sell("T", A)
    here.give_back("R", "S", HALF)
    assert here.balance()["active"] == 50
    here.wait(11)

    here.operate(cancel_transfer, CancelTransfer(spent, by="member"))
    assert (here.balance()["active"], here.balance()["expired"]) == (100, 50)
    here.give_back("R2", "S", item("beans", 3, gross=50))

    assert here.balance()["active"] == 100


@pytest.mark.parametrize(
    ("end", "expected"), [("release", {}), ("capture", {"spent": Decimal(60), "owed": Decimal(60)})]
)
@pytest.mark.parametrize("days", [0, 31])
def test_held_points_of_a_sale_that_came_back(end: str, expected: dict[str, Decimal], days: int) -> None:
    here = shop()
    here.sell("S", A)
    hold = here.operate(hold_points, HoldPoints(ANN, 60))
    here.give_back("R", "S", A)
    assert here.balance() == {"held": 60, "owed": 60}
    here.wait(days)

    here.operate(*((release_points, hold) if end == "release" else (capture_points, hold, None)))

    assert here.balance() == expected


@pytest.mark.parametrize("spent", [30, 100, 130, 200])
@pytest.mark.parametrize("earlier", [0, 50])
def test_two_awards_of_one_sale_in_one_wallet_are_taken_once_each(spent: int, earlier: int) -> None:
    here = shop(reactors__points=POINT_FOR_EACH, reactors__hundred=HUNDRED)
    here.operate(add_points, AddPoints(ANN, earlier + 1))
    here.sell("S", A)
    here.operate(spend_points, SpendPoints(ANN, spent))

    here.give_back("R", "S", A)

    left = earlier + 1 - spent
    assert here.balance().get("active", 0) - here.balance().get("owed", 0) == left
    assert here.balance().get("owed", 0) == max(0, -left)
