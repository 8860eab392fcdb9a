"""Members: frozen and unfrozen over HTTP, shown, found, and what is refused meanwhile."""

from typing import Any

import pytest

from tests.api.members.test_routes import PATH, register
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api, fault
from tests.kit.sent import answer_events, sent, subscribe

POINTS = "/api/DEFAULT/points"
WHY = {"reason": "Points are sold on a marketplace."}


async def test_a_member_is_frozen_shown_found_and_unfrozen(api_anywhere: Api):
    api = api_anywhere
    anna, bert = await register(api, email="anna@example.com"), await register(api, email="bert@example.com")
    await api.post(f"{POINTS}/add", {"transfer": {"customer": anna, "points": 50}})
    await answer_events(api)
    await subscribe(api, ["CustomerUpdated"])

    first = await api.post(f"{PATH}/email=anna@example.com/freeze", WHY)
    again = await api.post(f"{PATH}/{anna}/freeze", {"reason": "another one"})

    assert (first.status_code, again.status_code) == (204, 204)
    shown = await api.get(f"{PATH}/{anna}")
    assert (shown["frozen"], shown["frozenReason"], shown["active"]) == (True, WHY["reason"], True)
    assert shown["frozenAt"] >= shown["createdAt"]
    assert [name for name, _ in await sent(api)] == ["CustomerUpdated"]
    frozen, others = await api.get(f"{PATH}?frozen=true"), await api.get(f"{PATH}?frozen=false")
    assert ([each["customerId"] for each in frozen["items"]], others["items"][0]["customerId"]) == ([anna], bert)
    spent = {"transfer": {"customer": anna, "points": 1}}
    refused = fault(await api.post(f"{POINTS}/spend", spent), "member")
    assert (refused["code"], refused["parameters"]) == ("memberFrozen", {"memberId": anna})
    assert "unfreeze" in refused["message"]
    assert (await api.post(f"{POINTS}/add", spent)).status_code == 200
    assert (await api.get(f"{PATH}/{anna}/status"))["lockedPoints"] == 1

    for _ in range(2):
        assert (await api.post(f"{PATH}/{anna}/unfreeze", {})).status_code == 204
    assert (await api.post(f"{POINTS}/spend", spent)).status_code == 200
    shown = await api.get(f"{PATH}/{anna}")
    assert (shown["frozen"], "frozenReason" in shown, "frozenAt" in shown) == (False, False, False)
    types = [each["type"] for each in (await api.get(f"{PATH}/{anna}/history"))["items"]]
    assert (types.count("CustomerWasFrozen"), types.count("CustomerWasUnfrozen")) == (1, 1)


async def test_a_member_sees_that_they_are_frozen_and_not_why(api: Api):
    anna = await register(api, plainPassword="password")
    login = {"username": "anna@example.com", "password": "password"}
    token = (await api.post(f"{PATH}/login_check", login)).json()["token"]
    await api.post(f"{PATH}/{anna}/freeze", WHY)

    own = await api.get(f"{PATH}/{anna}", headers={"Authorization": f"Bearer {token}"})
    bought = await api.http.get("/api/DEFAULT/member/reward", headers={"Authorization": f"Bearer {token}"})

    assert (own["frozen"], "frozenReason" in own) == (True, False)
    assert bought.status_code == 200
    own_freeze = await api.post(f"{PATH}/{anna}/freeze", WHY, headers={"Authorization": f"Bearer {token}"})
    assert own_freeze.status_code == 403


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({}, "missing"),
        ({"reason": None}, "stringType"),
        ({"reason": ""}, "stringTooShort"),
        ({"reason": "  \n"}, "stringTooShort"),
        ({"reason": "x" * 501}, "stringTooLong"),
        ({"reason": 5}, "stringType"),
        ({"reason": ["x"]}, "stringType"),
    ],
)
async def test_a_freeze_needs_a_reason(api: Api, content: Any, code: str):
    anna = await register(api)

    answer = await api.post(f"{PATH}/{anna}/freeze", content)

    assert fault(answer, "reason")["code"] == code
    assert (await api.get(f"{PATH}/{anna}"))["frozen"] is False


async def test_who_is_unknown_closed_or_of_another_store_is_not_frozen(api: Api):
    anna = await register(api)
    await api.post(f"{PATH}/{anna}/anonymize", None)

    assert fault(await api.post(f"{PATH}/{anna}/freeze", WHY), "member")["code"] == "memberClosed"
    assert (await api.post(f"{PATH}/{anna}/unfreeze", {})).status_code == 204
    for path in (f"{PATH}/email=nobody@example.com", f"/api/OTHER/member/{anna}"):
        for action in ("freeze", "unfreeze"):
            assert (await api.post(f"{path}/{action}", WHY)).status_code == 404


async def test_a_frozen_member_is_neither_merged_nor_anonymised(api: Api):
    anna, bert = await register(api, email="anna@example.com"), await register(api, email="bert@example.com")
    await api.post(f"{PATH}/{anna}/freeze", WHY)

    refused = [
        await api.post(f"{PATH}/{anna}/merge", {"mergedCustomer": bert}),
        await api.post(f"{PATH}/{bert}/merge", {"mergedCustomer": anna}),
        await api.post(f"{PATH}/{anna}/anonymize", None),
        await api.http.delete(f"{PATH}/{anna}"),
    ]

    assert [fault(each, "member")["code"] for each in refused] == ["memberFrozen"] * 4


async def test_freezing_needs_the_permission_and_is_in_the_audit_log(api: Api):
    anna = await register(api)
    role = await add_role(api, "looks", frozenset())
    other = await add_administrator(api, "looker", role=role)

    refused = await api.post(f"{PATH}/{anna}/freeze", WHY, headers={"Authorization": other.key})
    await api.post(f"{PATH}/{anna}/freeze", WHY)

    assert refused.status_code == 403
    logged = (await api.get("/api/audit/log"))["items"]
    assert any("freeze" in str(each) and anna in str(each) for each in logged)
