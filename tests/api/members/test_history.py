"""The history of a member: everything that happened, in one order, paged by number and by key."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from database.tables import event
from loyalty.ids import named_id
from tests.api.members.test_routes import PATH, register
from tests.kit.access import add_administrator
from tests.kit.api import Api, fault
from tests.kit.programs import PROGRAM
from tests.kit.sent import answer_events, subscribe

FILES = {
    "program": PROGRAM.replace("wallets:\n", "wallets:\n  miles: {pending: 3d}\n"),
    "reactors__miles": (
        "reactor: miles\non: purchase\nthen: [{award_points: {wallet: miles, points: 5}}, {grant_badge: early-bird}]\n"
    ),
}


async def busy_member(api: Api) -> str:
    """Anna, who bought something, got points of two wallets and a badge, rose, and whom administrators changed."""
    await api.deploy(**FILES)
    await subscribe(api, ["CustomerRegistered", "AvailablePointsAmountChanged"])
    anna = await register(api, firstName="Anna")
    await answer_events(api)
    await api.report(type="purchase", body={"total": 600, "channel": "web"}, eventId=None)
    await answer_events(api)
    spend = {"transfer": {"customer": anna, "points": 10, "comment": "A coffee"}}
    assert (await api.post("/api/DEFAULT/points/spend", spend)).status_code == 200
    for path in (f"{PATH}/{anna}", f"{PATH}/email=anna@example.com"):
        assert (await api.http.put(path, json={"customer": {"lastName": path[-3:]}})).status_code == 200
    await answer_events(api)
    return anna


async def history(api: Api, member: str, query: str = "", **options: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await api.get(f"{PATH}/{member}/history?_itemsOnPage=50&{query}", **options))[
        "items"
    ]
    return items


async def test_a_history_has_everything_that_happened_with_its_outcome(api_anywhere: Api):
    api = api_anywhere
    anna = await busy_member(api)

    found = await history(api, anna)

    assert [each["createdAt"] for each in found] == sorted((each["createdAt"] for each in found), reverse=True)
    kinds = [(each["kind"], each["type"]) for each in found]
    assert sorted(kinds) == sorted(
        [
            ("change", "ChangeWasRequested"),
            ("change", "ChangeWasRequested"),
            ("change", "ChangeWasRequested"),
            ("member", "MemberUpdated"),
            ("member", "MemberUpdated"),
            ("points", "PointsWereSpent"),
            ("badge", "BadgeGranted"),
            ("tier", "CustomerWasMovedToLevel"),
            ("points", "PointsWereAdded"),
            ("points", "PendingPointsWereAdded"),
            ("event", "CustomEventWasReported"),
            ("member", "CustomerWasRegistered"),
        ]
    )
    by_type = {each["type"]: each for each in found}
    assert all(each["customerId"] == anna for each in found)
    purchase = by_type["CustomEventWasReported"]
    assert purchase["flatVariables"]["eventType"] == "purchase"
    assert (purchase["status"], purchase["fired"]) == ("applied", ["reactor/miles", "reactor/points-for-purchase"])
    assert by_type["CustomerWasMovedToLevel"]["flatVariables"] == {
        "newLevelId": named_id("DEFAULT", "tier", "silver"),
        "newLevelName": "silver",
        "tierSetId": named_id("DEFAULT", "tier_set", "default"),
        "tierSetName": "Tiers",
        "manually": False,
        "removedManually": False,
    }
    spent = by_type["PointsWereSpent"]
    said = {name: spent["flatVariables"][name] for name in ("points", "comment", "walletTypeCode", "activePoints")}
    assert said == {"points": 10, "comment": "A coffee", "walletTypeCode": "points", "activePoints": 590}
    assert spent["createdBy"] == "admin"
    assert [each["eventName"] for each in spent["messages"]] == ["AvailablePointsAmountChanged"]
    asked = sorted(each["flatVariables"]["eventType"] for each in found if each["kind"] == "change")
    assert asked == ["POST /api/{storeCode}/member", *["PUT /api/{storeCode}/member/{member}"] * 2]


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("type=PointsWereSpent", ["PointsWereSpent"]),
        ("type=PendingPointsWereAdded", ["PendingPointsWereAdded"]),
        ("type=PointsWereAdded", ["PointsWereAdded"]),
        ("type=CustomerWasRegistered", ["CustomerWasRegistered"]),
        ("type=CustomEventWasReported&kind=event", ["CustomEventWasReported"]),
        ("type=CustomEventWasReported&kind=tier", []),
        ("kind=tier", ["CustomerWasMovedToLevel"]),
        ("kind=badge", ["BadgeGranted"]),
        ("kind=change", ["ChangeWasRequested"] * 3),
        ("walletType:code=miles", ["PendingPointsWereAdded"]),
        ("walletType:code=none", []),
        ("createdAt[lt]=2020-01-01", []),
        ("createdAt[gt]=2020-01-01&kind=tier", ["CustomerWasMovedToLevel"]),
        ("kind=points&_orderBy[createdAt]=asc", ["PointsWereSpent"]),
    ],
)
async def test_a_history_is_filtered(api: Api, query: str, types: list[str]):
    anna = await busy_member(api)

    found = await api.get(f"{PATH}/{anna}/history?_itemsOnPage=50&{query}")

    if "asc" in query:
        assert [each["type"] for each in found["items"]][-1:] == types
    else:
        assert [each["type"] for each in found["items"]] == types
        assert found["total"]["filtered"] == len(types)
    assert found["total"]["all"] == 12


@pytest.mark.parametrize("order", ["desc", "asc"])
@pytest.mark.parametrize("by", ["number", "key"])
async def test_pages_have_each_entry_once_even_of_one_moment(api_anywhere: Api, by: str, order: str):
    api = api_anywhere
    anna = await busy_member(api)
    at = datetime.now(UTC) - timedelta(minutes=1)
    await api.write(lambda tx: tx.connection.execute(update(event).values(received_at=at)))
    order_by = f"_orderBy[createdAt]={order}"
    whole = [each["id"] for each in await history(api, anna, order_by)]

    found, place = [], ""
    for number in range(1, 8):
        page = f"_page={number}" if by == "number" else f"_scroll={place}"
        answer = await api.get(f"{PATH}/{anna}/history?_itemsOnPage=2&{page}&{order_by}")
        found += [each["id"] for each in answer["items"]]
        if by == "key":
            place = answer["scroll"]["next"]
            if place is None:
                break

    assert found == whole
    assert len(set(whole)) == 12


@pytest.mark.parametrize(
    ("query", "path", "code"),
    [
        ("type=nonsense", "type", "invalid"),
        ("kind=nonsense", "kind", "invalid"),
        ("_scroll=nonsense", "_scroll", "invalid"),
        ("_page=100000", "_page", "outOfRange"),
        ("status=failed", "status", "unknownFilter"),
    ],
)
async def test_what_cannot_be_asked_is_refused_at_its_path(api: Api, query: str, path: str, code: str):
    anna = await register(api)

    answer = await api.http.get(f"{PATH}/{anna}/history?{query}")

    assert fault(answer, path)["code"] == code


async def test_a_caller_sees_the_kinds_that_they_may_read(api: Api):
    anna = await busy_member(api)
    own = {"role": {"name": "till", "permissions": [{"resource": "CUSTOMER", "access": "VIEW", "active": True}]}}
    number = (await api.post("/api/acl/role", own)).json()["roleId"]
    till = {"Authorization": (await add_administrator(api, "till", role=number)).key}
    viewer = {"Authorization": (await add_administrator(api, "viewer")).key}

    assert {each["kind"] for each in await history(api, anna, headers=till)} == {"badge", "member", "tier"}
    assert not any("messages" in each for each in await history(api, anna, headers=till))
    everything = {"badge", "change", "event", "member", "points", "tier"}
    assert {each["kind"] for each in await history(api, anna, headers=viewer)} == everything
    refused = await api.http.get(f"{PATH}/{anna}/history?kind=points", headers=till)
    unknown = await api.http.get(f"{PATH}/{named_id('DEFAULT', 'no', 'member')}/history")
    assert (refused.status_code, unknown.status_code) == (403, 404)
