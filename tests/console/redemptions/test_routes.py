"""Pages of issued rewards: given, bought, used, cancelled, each with the reason that the store asks for."""

import re
from html import unescape

import pytest

from tests.console.members.test_routes import register
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, hidden_of, text_of
from tests.kit.programs import files
from tests.kit.sent import answer_events

COFFEE = "reward: coffee\ntitle: A coffee\nprice: 100\ncoupon: {prefix: C-, value: 5, type: money, valid: 30d}\n"
MUG = "reward: mug\ntitle: A mug\nprice: 50\nstatuses: [shipped, completed]\n"
GIFT = {"_reward": "coffee", "_way": "gift", "quantity": "1"}
REQUIRED = {"settings": {"required": True, "reasons": [{"code": "goodwill", "title": "Goodwill"}]}}


@pytest.fixture
async def shop(api: Api) -> Api:
    await api.programs.deploy(files(rewards__coffee=COFFEE, rewards__mug=MUG), by="test")
    return api


async def balance(api: Api, member: str) -> int:
    return int((await api.get(f"/api/DEFAULT/member/{member}/status"))["activePoints"])


async def test_a_reward_is_given_used_let_be_used_again_and_cancelled(shop: Api, visitor: Visitor) -> None:
    anna = await register(shop)
    give = f"{HOME}/members/{anna}/give"

    form = await visitor.get(give)
    twice = [await visitor.post(give, hidden_of(form) | GIFT) for _ in range(2)]
    issued = twice[0].headers["location"]
    used = await visitor.post(f"{issued}/use", hidden_of(await visitor.get(issued)))
    shown = await visitor.page(issued)
    again = await visitor.post(f"{issued}/reissue")
    cancelled = await visitor.post(f"{issued}/cancel")
    late = await visitor.post(f"{issued}/use")

    assert "not for sale to them now" in form.text, "they have no points"
    assert twice[1].headers["location"] == issued, "sent twice is done once"
    assert [each.status_code for each in (used, again, cancelled, late)] == [303, 303, 303, 400]
    assert "used" in shown
    assert "Let the coupon be used again" in shown
    assert "Cancelled" in await visitor.page(issued)
    assert "A coffee" in await visitor.page(f"{HOME}/redemptions?customerId={anna}")
    assert "A coffee" in await visitor.page(f"{HOME}/members/{anna}")


async def test_a_reward_is_bought_for_points_and_moved_on(shop: Api, visitor: Visitor) -> None:
    anna = await register(shop)
    await shop.post("/api/DEFAULT/points/add", {"transfer": {"customer": anna, "points": 60}})
    give = f"{HOME}/members/{anna}/give"
    buy = {"_reward": "mug", "_way": "points", "quantity": "1"}

    bought = await visitor.post(give, buy)
    poor = await visitor.post(give, buy)
    issued = bought.headers["location"]
    moved = await visitor.post(f"{issued}/status", {"status": "shipped", "comment": "By bike"})
    wrong = await visitor.post(f"{issued}/status", {"status": "lost"})
    left = await balance(shop, anna)
    await visitor.post(f"{issued}/cancel")

    assert (bought.status_code, poor.status_code) == (303, 400)
    assert "alert-danger" in poor.text
    assert "the member can use 10 points, and 50 are needed" in text_of(poor)
    assert (moved.status_code, wrong.status_code) == (303, 400)
    assert "By bike" in await visitor.page(issued)
    assert (left, await balance(shop, anna)) == (10, 60)


async def test_what_is_wrong_is_said_at_its_field(shop: Api, visitor: Visitor) -> None:
    anna = await register(shop)
    await shop.http.put("/api/DEFAULT/correction/settings", json=REQUIRED)
    give = f"{HOME}/members/{anna}/give"

    nothing = await visitor.post(give, {"_way": "gift"})
    many = await visitor.post(give, GIFT | {"quantity": "many"})
    no_reason = await visitor.post(give, GIFT)
    given = await visitor.post(give, GIFT | {"Correction-Reason": "goodwill"})
    no_reason_again = await visitor.post(f"{given.headers['location']}/cancel")
    unknown = await visitor.get(f"{HOME}/redemptions/0190f2a0-0000-7000-8000-00000000dead")

    assert [each.status_code for each in (nothing, many, no_reason, no_reason_again)] == [400] * 4
    assert 'id="f-_reward-error"' in nothing.text
    assert 'id="f-quantity-error"' in many.text
    assert 'id="f-Correction-Reason-error"' in no_reason.text
    assert 'id="f-Correction-Reason-error"' in no_reason_again.text
    assert (given.status_code, unknown.status_code) == (303, 404)
    assert "goodwill" in await visitor.page(f"{HOME}/corrections?customerId={anna}")


async def test_the_timeline_has_everything_linked_and_is_filtered_and_paged(shop: Api, visitor: Visitor) -> None:
    anna = await register(shop)
    await shop.post(
        "/api/DEFAULT/points/add", {"transfer": {"customer": anna, "points": 60, "comment": "for the <b>wait</b>"}}
    )
    given = await visitor.post(f"{HOME}/members/{anna}/give", GIFT)
    await shop.report(customerData={"email": "anna@example.com"})
    await answer_events(shop)
    history = f"{HOME}/members/{anna}/history"

    whole = await visitor.get(history)
    points = text_of(await visitor.get(f"{history}?kind=points"))
    first = await visitor.get(f"{history}?_itemsOnPage=1")
    wrong = await visitor.page(f"{history}?kind=nothing")
    (following,) = re.findall(r'href="(\?[^"]*)" rel="next"', first.text)
    second = await visitor.page(history + unescape(following))

    words = text_of(whole)
    for expected in ("for the <b>wait</b>", "app_login", "Points were added: 60 points", "reward issued", "registered"):
        assert expected in words, expected
    assert given.headers["location"] in whole.text
    assert f"{HOME}/events/" in whole.text
    assert f"{HOME}/points/" in whole.text
    assert "app_login" not in points
    assert "an entry is about" in wrong
    assert "Next page" in first.text
    assert second != text_of(first)
