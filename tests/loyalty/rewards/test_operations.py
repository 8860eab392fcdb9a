"""Operations on rewards: what each does to points, stock, codes and limits, and the one reason why it refuses."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from loyalty.points.refusals import DateInPast
from loyalty.rewards import refusals
from loyalty.rewards.operations import BuyReward, buy_reward, change_status, reissue_coupon
from loyalty.rewards.stocking import delete_code, pause_reward, resume_reward, set_stock, upload_codes
from tests.kit.rewards import ANN, BOB, DAY, NOW, Shop, program


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_purchase_is_paid_and_the_coupon_is_issued(shop: Shop) -> None:
    (bought,) = shop.buy("coffee")

    issued = shop.issued(bought)
    assert shop.points() == 900
    assert (issued.status, issued.origin, issued.wallet, issued.cost) == ("issued", "bought", "points", 100 * 10**6)
    assert (issued.coupon or "").startswith("C-")
    assert issued.expires_at == NOW + 30 * DAY
    assert shop.events() == ["points_spent", "reward_issued"]
    assert shop.happened[1].body == {
        "reward": "coffee",
        "issued_reward": bought,
        "coupon": issued.coupon,
        "origin": "bought",
        "wallet": "points",
        "points": 100,
    }


def test_a_purchase_is_told_with_its_true_cost_and_cause(shop: Shop) -> None:
    shop.buy("coffee")
    shop.give("coffee")

    bought, given = shop.sent("CustomerBoughtReward")
    (changed,) = shop.sent("AvailablePointsAmountChanged")
    nobody = dict.fromkeys(("campaignId", "transactionId", "customEventId", "internalEventName"))
    assert (bought["costInPoints"], bought["actionCause"]) == (100, {"customerId": ANN, **nobody})
    assert (given["costInPoints"], given["actionCause"]) == (0, {"customerId": None, **nobody})
    assert bought["coupon"]["value"] == 5
    assert (changed["amountChange"], changed["amountChangeType"], changed["amount"]) == (100, "subtract", 900)


def test_several_are_bought_at_once_each_with_its_own_coupon(shop: Shop) -> None:
    bought = shop.buy("coffee", quantity=3)

    assert shop.points() == 700
    assert len({shop.issued(each).coupon for each in bought}) == 3


def test_a_member_chooses_what_they_pay_and_the_value_follows(shop: Shop) -> None:
    (bought,) = shop.buy("voucher", points=25)

    assert shop.points(wallet="miles") == 975
    assert shop.issued(bought).worth == Decimal("2.5")


@pytest.mark.parametrize(("decimals", "worth"), [("", "3.33"), (", decimals: 0", "3"), (", decimals: 4", "3.3333")])
def test_a_value_that_a_rule_gives_is_rounded_down_to_cents_or_other_decimals(decimals: str, worth: str) -> None:
    third = f"reward: third\nprice: 10\ncoupon: {{value: {{'/': [{{var: points}}, 3]}}, type: money{decimals}}}\n"
    shop = Shop()
    shop.engine.program = program(rewards__third=third)

    (bought,) = shop.buy("third")

    assert Decimal(shop.issued(bought).value or 0) / 10**6 == Decimal(worth)


def test_a_purchase_whose_value_comes_to_less_than_a_cent_is_refused_and_nothing_is_paid(shop: Shop) -> None:
    tiny = "reward: tiny\nprice: 10\ncoupon: {value: {'*': [{var: points}, 0.0009]}, type: money}\n"
    shop.engine.program = program(rewards__tiny=tiny)

    with pytest.raises(refusals.InvalidCouponValue):
        shop.buy("tiny")

    assert shop.points() == 1000


def paused(shop: Shop) -> None:
    shop.run(pause_reward, "coffee")


def sold_out(shop: Shop) -> None:
    shop.stock("coffee", 0)


def with_two(shop: Shop) -> None:
    shop.stock("coffee", 2)


def bought_twice(shop: Shop) -> None:
    shop.buy("twice", quantity=2)


def bought_by_all(shop: Shop) -> None:
    shop.buy("twice", quantity=2)
    shop.buy("twice", member=BOB)


def has_shared(shop: Shop) -> None:
    shop.buy("summer", quantity=2)


def shared_by_all(shop: Shop) -> None:
    shop.buy("summer", quantity=2)
    shop.buy("summer", member=BOB)


def nothing(_: Shop) -> None:
    pass


REFUSED: list[tuple[Callable[[Shop], None], dict[str, Any], type[Exception], dict[str, Any]]] = [
    (nothing, {"reward": "tea"}, refusals.UnknownReward, {"reward": "tea"}),
    (paused, {"reward": "coffee"}, refusals.RewardPaused, {}),
    (nothing, {"reward": "gift"}, refusals.NotForSale, {}),
    (nothing, {"reward": "spring"}, refusals.NotOnSaleYet, {"since": NOW.replace(day=3, hour=0)}),
    (lambda shop: shop.wait(4), {"reward": "spring"}, refusals.NoLongerOnSale, {"until": NOW.replace(day=5, hour=0)}),
    (nothing, {"reward": "gold-cup"}, refusals.NotEligible, {}),
    (bought_twice, {"reward": "twice"}, refusals.PurchaseLimitReached, {"bought": 2, "most": 2, "per": "member"}),
    (bought_by_all, {"reward": "twice", "member": BOB}, refusals.PurchaseLimitReached, {"bought": 3, "per": "program"}),
    (sold_out, {"reward": "coffee"}, refusals.RewardSoldOut, {"left": 0}),
    (with_two, {"reward": "coffee", "quantity": 3}, refusals.RewardSoldOut, {"left": 2}),
    (nothing, {"reward": "listed"}, refusals.RewardSoldOut, {}),
    (has_shared, {"reward": "summer"}, refusals.SharedByMember, {"most": 2}),
    (shared_by_all, {"reward": "summer", "member": BOB}, refusals.RewardSoldOut, {}),
    (nothing, {"reward": "coffee", "quantity": 11}, refusals.CannotPay, {"balance": 1000, "needed": 1100}),
    (nothing, {"reward": "coffee", "quantity": 0}, refusals.InvalidQuantity, {"most": 50}),
    (nothing, {"reward": "coffee", "quantity": -1}, refusals.InvalidQuantity, {}),
    (nothing, {"reward": "coffee", "quantity": 51}, refusals.InvalidQuantity, {}),
    (nothing, {"reward": "coffee", "points": 99}, refusals.OtherPrice, {"price": "100 points"}),
    (nothing, {"reward": "coffee", "wallet": "miles"}, refusals.OtherPrice, {}),
    (nothing, {"reward": "voucher", "points": 9}, refusals.OtherPrice, {}),
    (nothing, {"reward": "voucher", "points": 12}, refusals.OtherPrice, {}),
    (nothing, {"reward": "voucher", "points": Decimal("NaN")}, refusals.OtherPrice, {}),
    (nothing, {"reward": "voucher", "points": Decimal("10.0000001")}, refusals.OtherPrice, {}),
    (nothing, {"reward": "voucher", "points": -10}, refusals.OtherPrice, {}),
    (nothing, {"reward": "coffee", "value": Decimal(0)}, refusals.InvalidCouponValue, {}),
    (nothing, {"reward": "coffee", "value": Decimal("Infinity")}, refusals.InvalidCouponValue, {}),
    (nothing, {"reward": "coffee", "until": NOW}, DateInPast, {}),
]


@pytest.mark.parametrize(("before", "asked", "refusal", "facts"), REFUSED)
def test_a_purchase_is_refused_with_the_one_reason(
    shop: Shop, before: Callable[[Shop], None], asked: dict[str, Any], refusal: type[Exception], facts: dict[str, Any]
) -> None:
    before(shop)
    member = asked.get("member", ANN)
    had, count = shop.points(member), len(shop.happened)

    with pytest.raises(refusal) as refused:
        shop.run(buy_reward, BuyReward(**{"member": member, **asked}))

    assert {name: getattr(refused.value, name) for name in facts} == facts
    assert shop.points(member) == had
    assert len(shop.happened) == count


def test_what_is_sold_until_a_day_is_sold_on_that_day(shop: Shop) -> None:
    shop.wait(3)

    assert shop.buy("spring")


def test_a_gift_asks_for_no_points_no_dates_and_no_limits_but_for_what_is_left(shop: Shop) -> None:
    bought_twice(shop)
    shop.give("twice")
    shop.give("gold-cup")
    shop.give("spring")
    (own,) = shop.give("coffee", value=Decimal("7.5"), until=NOW + DAY)

    assert shop.points() == 980
    assert (shop.issued(own).worth, shop.issued(own).expires_at) == (Decimal("7.5"), NOW + DAY)
    shop.stock("mug", 0)
    with pytest.raises(refusals.RewardSoldOut):
        shop.give("mug")


def test_stock_and_codes_are_taken_in_turn(shop: Shop) -> None:
    shop.stock("mug", 2)
    shop.upload("listed", "B", "A")

    shop.buy("mug")
    first, second = shop.buy("listed", quantity=2)

    assert (shop.supply("mug").stock, shop.supply("listed").codes) == (1, 0)
    assert [shop.issued(each).coupon for each in (first, second)] == ["B", "A"]


def test_a_cancelled_purchase_gives_back_points_limits_and_stock(shop: Shop) -> None:
    shop.stock("twice", 5)
    bought, _ = shop.buy("twice", quantity=2)
    with pytest.raises(refusals.PurchaseLimitReached):
        shop.buy("twice")

    shop.cancel(bought, comment="A mistake")

    issued = shop.issued(bought)
    assert (shop.points(), shop.supply("twice").stock) == (990, 4)
    assert (issued.status, issued.cancelled_at) == ("canceled", NOW)
    assert shop.events()[-2:] == ["points_transfer_cancelled", "reward_cancelled"]
    assert shop.buy("twice")
    with pytest.raises(refusals.RewardCancelled):
        shop.cancel(bought)


def test_a_cancelled_purchase_is_told_with_both_statuses(shop: Shop) -> None:
    (bought,) = shop.buy("coffee")
    shop.wait(1)

    shop.cancel(bought, comment="A mistake")

    (message,) = shop.sent("RewardRedemptionStatusChanged")
    assert (message["oldStatus"], message["newStatus"], message["newComment"]) == ("issued", "canceled", "A mistake")
    assert message["issuedReward"]["issuedRewardId"] == bought
    assert message["issuedReward"]["costInPoints"] == 100
    assert shop.sent("AvailablePointsAmountChanged")[-1]["amountChangeType"] == "add"


def test_a_code_that_was_shown_is_never_issued_again(shop: Shop) -> None:
    shop.upload("listed", "A", "B")
    (first,) = shop.buy("listed")

    shop.cancel(first)
    (second,) = shop.buy("listed")

    assert shop.issued(second).coupon == "B"
    with pytest.raises(refusals.RewardSoldOut):
        shop.buy("listed")
    with pytest.raises(refusals.CodesTaken):
        shop.upload("listed", "A")


def test_a_coupon_is_used_once_and_can_be_made_unused(shop: Shop) -> None:
    (bought,) = shop.buy("coffee")
    code = shop.issued(bought).coupon or ""

    shop.use(code)

    assert (shop.issued(bought).status, shop.issued(bought).used_at) == ("used", NOW)
    with pytest.raises(refusals.CouponUsed):
        shop.use(code)
    with pytest.raises(refusals.CouponUsed):
        shop.cancel(bought)
    with pytest.raises(refusals.UnknownCoupon):
        shop.use(code, member=BOB)
    shop.run(reissue_coupon, ANN, code)
    assert (shop.issued(bought).status, shop.issued(bought).used_at) == ("issued", None)
    with pytest.raises(refusals.CouponNotUsed):
        shop.run(reissue_coupon, ANN, code)
    shop.wait(31)
    assert shop.issued(bought).status == "expired"
    with pytest.raises(refusals.CouponExpired):
        shop.use(code)
    assert [each for each in shop.events() if "reward" in each or "coupon" in each] == [
        "reward_issued",
        "reward_used",
        "reward_reissued",
        "coupon_will_expire",
        "coupon_expired",
    ]


def test_a_used_coupon_whose_date_has_passed_stays_used(shop: Shop) -> None:
    (bought,) = shop.buy("coffee")
    code = shop.issued(bought).coupon or ""
    shop.use(code)
    shop.wait(31)

    with pytest.raises(refusals.CouponExpired):
        shop.run(reissue_coupon, ANN, code)

    assert shop.issued(bought).status == "used"


def test_a_shared_coupon_begins_later_and_each_use_is_counted(shop: Shop) -> None:
    shop.buy("summer", quantity=2)
    shop.buy("summer", member=BOB)
    with pytest.raises(refusals.CouponNotBegun):
        shop.use("SUMMER")

    shop.wait(2)
    shop.use("SUMMER")
    shop.use("SUMMER")

    use = shop.engine.store.rewards.shared("SUMMER")
    assert use is not None
    assert (use.assigned, use.used) == (3, 2)
    assert shop.events().count("coupon_began") == 3
    with pytest.raises(refusals.CouponUsed):
        shop.use("SUMMER")
    shop.run(reissue_coupon, ANN, "SUMMER")
    shop.use("SUMMER")


def test_a_cancelled_shared_coupon_can_be_issued_to_another(shop: Shop) -> None:
    first, _ = shop.buy("summer", quantity=2)
    shop.buy("summer", member=BOB)

    shop.cancel(first)

    assert shop.buy("summer", member=BOB)


def test_a_status_moves_on_and_its_history_stays(shop: Shop) -> None:
    (bought,) = shop.buy("mug")

    shop.run(change_status, bought, "packing")
    shop.wait(1)
    shop.run(change_status, bought, "shipped", "By bike")

    assert shop.issued(bought).shown_status == "shipped"
    history = shop.engine.store.rewards.status_changes(bought)
    assert [(each.status, each.comment) for each in history] == [("packing", ""), ("shipped", "By bike")]
    first, second = shop.sent("RewardRedemptionStatusChanged")
    assert (first["oldStatus"], first["newStatus"]) == ("issued", "packing")
    assert (second["oldStatus"], second["newStatus"], second["newComment"]) == ("packing", "shipped", "By bike")
    for status, refusal in (
        ("shipped", refusals.StatusUnchanged),
        ("approved", refusals.StatusNotAllowed),
        ("lost", refusals.StatusNotAllowed),
    ):
        with pytest.raises(refusal):
            shop.run(change_status, bought, status)
    shop.run(change_status, bought, "completed")
    with pytest.raises(refusals.RewardHandedOver):
        shop.run(change_status, bought, "canceled")
    shop.run(change_status, bought, "returned")
    shop.run(change_status, bought, "canceled")
    assert shop.points() == 1000
    with pytest.raises(refusals.RewardCancelled):
        shop.run(change_status, bought, "packing")
    with pytest.raises(refusals.UnknownIssuedReward):
        shop.run(change_status, ANN, "packing")


def test_a_pause_ends(shop: Shop) -> None:
    paused(shop)
    shop.run(pause_reward, "coffee")

    shop.run(resume_reward, "coffee")
    shop.run(resume_reward, "coffee")

    assert shop.buy("coffee")


@pytest.mark.parametrize(
    ("codes", "refusal"),
    [
        (["A", "A"], refusals.InvalidCouponCode),
        ([""], refusals.InvalidCouponCode),
        (["A B"], refusals.InvalidCouponCode),
        (["A\n"], refusals.InvalidCouponCode),
        (["A\u200b"], refusals.InvalidCouponCode),
        (["x" * 65], refusals.InvalidCouponCode),
        (["NEW", "OLD"], refusals.CodesTaken),
    ],
)
def test_a_list_with_a_wrong_code_is_refused_as_a_whole(shop: Shop, codes: list[str], refusal: type[Exception]) -> None:
    shop.upload("listed", "OLD")

    with pytest.raises(refusal):
        shop.upload("listed", *codes)

    assert shop.supply("listed").codes == 1


def test_only_codes_of_a_list_that_nobody_has_are_deleted(shop: Shop) -> None:
    shop.upload("listed", "A", "B")
    shop.buy("listed")

    shop.run(delete_code, "listed", "B")

    assert shop.supply("listed").codes == 0
    for code, refusal in (("A", refusals.CodeIssued), ("B", refusals.UnknownCode)):
        with pytest.raises(refusal):
            shop.run(delete_code, "listed", code)
    with pytest.raises(refusals.TakesNoCodes):
        shop.run(upload_codes, "coffee", ["A"])
    for stock in (-1, 10**9 + 1):
        with pytest.raises(refusals.InvalidStock):
            shop.run(set_stock, "mug", stock)
