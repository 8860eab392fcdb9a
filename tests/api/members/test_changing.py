"""Members: changed, activated and deactivated by request, with the messages that say so."""

import asyncio
from typing import Any

import pytest

from loyalty.ids import named_id
from tests.api.members.test_routes import ANNA, PATH, register
from tests.kit.api import Api, fault
from tests.kit.programs import PROGRAM
from tests.kit.sent import answer_events, sent, subscribe

CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("first name", {"firstName": "Ann"}),
    ("last name", {"lastName": "Lis"}),
    ("phone", {"phone": "+48500100299"}),
    ("email", {"email": "ann@example.com"}),
    ("card", {"loyaltyCardNumber": "C-2"}),
    ("gender", {"gender": "not_disclosed"}),
    ("registration date", {"registeredAt": "2020-01-01T00:00:00+01:00"}),
    ("birth date", {"birthDate": "1991-01-01"}),
    ("tier", {"levelId": "gold"}),
    ("attributes", {"customAttributes": [{"key": "shop", "value": "18"}]}),
    ("address", {"address": {"city": "Sopot", "country": "PL"}}),
    ("company", {"company": {"name": "Bond", "nip": "7"}}),
    ("agreements", {"agreement1": False, "agreement2": True, "agreement3": True}),
    ("labels", {"labels": [{"key": "vip", "value": "no"}]}),
]


async def put(api: Api, member: str, **changes: Any) -> Any:
    return await api.http.put(f"{PATH}/{member}", json={"customer": changes})


@pytest.mark.parametrize("changes", [pytest.param(each, id=name) for name, each in CHANGES])
async def test_each_change_by_put_is_shown_and_sent_as_customer_updated(api_anywhere: Api, changes: dict[str, Any]):
    api = api_anywhere
    member_id = await register(api, **ANNA)
    await answer_events(api)
    await subscribe(api, ["CustomerUpdated", "CustomerLevelChanged", "CustomerEmailWasChanged"])

    answer = await put(api, "email=anna@example.com", **changes)

    assert (answer.status_code, answer.json()) == (200, {"customerId": member_id})
    shown = await api.get(f"{PATH}/{member_id}")
    if "levelId" in changes:
        assert shown["currentLevel"]["name"] == "gold"
    elif "registeredAt" not in changes:
        assert {name: shown[name] for name in changes} == changes
    names = [(name, data["customer"]["customerId"]) for name, data in await sent(api)]
    level = [("CustomerLevelChanged", member_id)] if "levelId" in changes else []
    assert sorted(names) == sorted([("CustomerUpdated", member_id), *level])


async def test_attributes_set_and_deleted_one_by_one_are_sent_as_customer_updated(api_anywhere: Api):
    api = api_anywhere
    member_id = await register(api, customAttributes=[{"key": "shop", "value": "17"}])
    await answer_events(api)
    await subscribe(api, ["CustomerUpdated"])
    path = f"{PATH}/{member_id}/custom-attribute"

    set_ = await api.http.put(path, json={"customAttributes": [{"key": "size", "value": "4"}]})
    removed = await api.http.request("DELETE", path, json={"customAttributes": [{"key": "shop", "value": "17"}]})

    assert (set_.status_code, removed.status_code) == (204, 204)
    assert (await api.get(f"{PATH}/{member_id}"))["customAttributes"] == [{"key": "size", "value": "4"}]
    assert [name for name, _ in await sent(api)] == ["CustomerUpdated"] * 2


async def test_null_removes_and_what_changes_nothing_is_not_reported(api: Api):
    member_id = await register(api, **ANNA)
    api.started.clear()

    removed = await put(api, member_id, phone=None, firstName=None, address=None, agreement1=None, labels=None)
    again = await put(api, member_id, phone=None, firstName=None, address=None, agreement1=None, labels=None)
    nothing = await put(api, member_id)

    assert {removed.status_code, again.status_code, nothing.status_code} == {200}
    assert [event.type for event in api.started] == ["member_updated"]
    shown = await api.get(f"{PATH}/{member_id}")
    assert {"phone", "firstName", "address"} & shown.keys() == set()
    assert (shown["agreement1"], shown["labels"], shown["lastName"]) == (False, [], "Nowak")


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"email": "bert@example.com"}, "email", "alreadyUsed"),
        ({"loyaltyCardNumber": "C-9", "phone": "9"}, "phone", "alreadyUsed"),
        ({"email": None, "phone": None, "loyaltyCardNumber": None}, "email", "missing"),
        ({"email": " "}, "email", "valueError"),
        ({"gender": "other"}, "gender", "literalError"),
        ({"birthDate": "yesterday"}, "birthDate", "invalidDate"),
        ({"birthDate": "2999-12-31"}, "birthDate", "invalidDate"),
        ({"registeredAt": "2998-12-31"}, "registeredAt", "invalidDate"),
        ({"registeredAt": "yesterday"}, "registeredAt", "invalidDate"),
        ({"levelId": "platinum"}, "levelId", "unknownTier"),
        ({"address": "Gdynia"}, "address", "modelType"),
        ({"agreement1": "yes"}, "agreement1", "boolType"),
        ({"customAttributes": [{"key": "a"}]}, "customAttributes.0.value", "missing"),
    ],
)
async def test_a_bad_change_is_refused_at_its_path_as_a_whole(api: Api, changes: dict, path: str, code: str):
    await register(api, email="bert@example.com", phone="9")
    member_id = await register(api, **ANNA)
    before = await api.get(f"{PATH}/{member_id}")
    api.started.clear()

    answer = await put(api, member_id, **({"firstName": "Ann"} | changes))

    assert fault(answer, f"customer.{path}")["code"] == code
    assert (await api.get(f"{PATH}/{member_id}"), api.started) == (before, [])


@pytest.mark.parametrize(
    ("method", "content", "path", "code"),
    [
        ("PUT", {}, "customAttributes", "missing"),
        ("PUT", {"customAttributes": []}, "customAttributes", "tooShort"),
        ("PUT", {"customAttributes": [{"key": "", "value": "1"}]}, "customAttributes.0.key", "stringTooShort"),
        ("PUT", {"customAttributes": [{"key": "a", "value": 1}]}, "customAttributes.0.value", "invalidAttribute"),
        (
            "PUT",
            {"customAttributes": [{"key": f"a{n}", "value": "1"} for n in range(101)]},
            "customAttributes",
            "tooLong",
        ),
        ("DELETE", {"customAttributes": [{"key": "color"}]}, "customAttributes", "unknownAttribute"),
        ("DELETE", {"customAttributes": [{"key": "shop", "value": "0"}]}, "customAttributes", "unknownAttribute"),
    ],
)
async def test_bad_attributes_are_refused_at_their_path(api: Api, method: str, content: Any, path: str, code: str):
    member_id = await register(api, **ANNA)

    answer = await api.http.request(method, f"{PATH}/{member_id}/custom-attribute", json=content)

    assert fault(answer, path)["code"] == code
    assert (await api.get(f"{PATH}/{member_id}"))["customAttributes"] == ANNA["customAttributes"]


async def test_of_two_members_who_take_one_email_at_once_one_gets_it(api_anywhere: Api):
    api = api_anywhere
    members = [await register(api, email=f"m{number}@example.com") for number in range(6)]

    answers = await asyncio.gather(*(put(api, each, email="same@example.com") for each in members))

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 5
    assert (await api.get(f"{PATH}?email=same@example.com"))["total"]["filtered"] == 1


async def test_changes_of_different_fields_at_once_are_all_kept(api_anywhere: Api):
    api = api_anywhere
    member_id = await register(api)
    fields = {
        "firstName": "Ann",
        "lastName": "Lis",
        "phone": "1",
        "loyaltyCardNumber": "C-2",
        "birthDate": "1990-12-31",
    }

    await asyncio.gather(*(put(api, member_id, **{name: value}) for name, value in fields.items()))

    shown = await api.get(f"{PATH}/{member_id}")
    assert {name: shown[name] for name in fields} == fields


async def test_a_deactivated_member_is_logged_out_and_refused_until_activated(api_anywhere: Api):
    api = api_anywhere
    member_id = await register(api, plainPassword="password")
    login = {"username": "anna@example.com", "password": "password"}
    tokens = (await api.post(f"{PATH}/login_check", login)).json()
    await answer_events(api)
    await subscribe(api, ["CustomerDeactivated", "CustomerUpdated"])

    assert (await api.http.post(f"{PATH}/{member_id}/deactivate")).status_code == 204
    assert (await api.http.post(f"{PATH}/{member_id}/deactivate")).status_code == 204

    own = await api.http.get(f"{PATH}/{member_id}", headers={"Authorization": f"Bearer {tokens['token']}"})
    again = await api.post(f"{PATH}/login_check", login)
    refreshed = await api.post("/api/DEFAULT/token/refresh", {"refresh_token": tokens["refresh_token"]})
    assert (own.status_code, again.status_code, refreshed.status_code) == (401, 401, 401)
    assert fault(await api.report(), "member")["code"] == "memberInactive"
    added = {"transfer": {"customer": member_id, "points": 1}}
    assert fault(await api.post("/api/DEFAULT/points/add", added), "member")["parameters"] == {"memberId": member_id}
    assert (await api.get(f"{PATH}/{member_id}"))["active"] is False
    assert await sent(api) == [
        ("CustomerDeactivated", {"customer": {"customerId": member_id, "email": "anna@example.com"}})
    ]
    assert (await api.http.post(f"{PATH}/{member_id}/activate")).status_code == 204
    assert (await api.post(f"{PATH}/login_check", login)).status_code == 200
    assert (await api.report()).status_code == 200


@pytest.mark.parametrize("name", ["0190f2a0-0000-7000-8000-00000000dead", "email=nobody@example.com", "nobody"])
async def test_nobody_cannot_be_changed(api: Api, name: str):
    pair = {"customAttributes": [{"key": "a", "value": "b"}]}

    answers = [
        await api.http.put(f"{PATH}/{name}", json={"customer": {}}),
        await api.http.put(f"{PATH}/{name}/custom-attribute", json=pair),
        await api.http.request("DELETE", f"{PATH}/{name}/custom-attribute", json=pair),
        await api.http.post(f"{PATH}/{name}/activate"),
        await api.http.post(f"{PATH}/{name}/deactivate"),
    ]

    assert {answer.status_code for answer in answers} == {404}


DECLARED = PROGRAM + "attributes: {shoe_size: {type: number, maximum: 60}, roast: {enum: [light, dark]}}\n"


async def test_declared_attributes_are_typed_wherever_they_are_set(api_anywhere: Api):
    api = api_anywhere
    await api.deploy(program=DECLARED)
    size = named_id("DEFAULT", "attribute", "shoe_size")
    member_id = await register(api, customFieldsData=[{"customFieldSchemaId": size, "value": "39"}])
    path = f"{PATH}/{member_id}"

    async def shown() -> dict[str, Any]:
        return {each["key"]: each["value"] for each in (await api.get(path))["customAttributes"]}

    assert await shown() == {"shoe_size": 39}
    sent = [{"key": "shoe_size", "value": 40.5}, {"key": "shop", "value": "17"}]
    assert (await put(api, member_id, customAttributes=sent)).status_code == 200
    assert await shown() == {"shoe_size": 40.5, "shop": "17"}
    roast = [{"key": "roast", "value": "dark"}, {"key": "shop", "value": None}]
    assert (await api.http.put(f"{path}/custom-attribute", json={"customAttributes": roast})).status_code == 204
    assert await shown() == {"shoe_size": 40.5, "roast": "dark"}
    removed = {"customAttributes": [{"key": "shoe_size", "value": "40.5"}]}
    assert (await api.http.request("DELETE", f"{path}/custom-attribute", json=removed)).status_code == 204
    assert await shown() == {"roast": "dark"}


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        (
            {"customAttributes": [{"key": "a", "value": "b"}, {"key": "shoe_size", "value": "tall"}]},
            "1.value",
            "invalid",
        ),
        ({"customAttributes": [{"key": "shoe_size", "value": 61}]}, "0.value", "invalid"),
        ({"customAttributes": [{"key": "shop", "value": 17}]}, "0.value", "invalid"),
        ({"customAttributes": [{"key": "shop", "value": "x" * 256}]}, "0.value", "invalid"),
        ({"customFieldsData": [{"customFieldSchemaId": "roast", "value": "burnt"}]}, "0.value", "invalid"),
        ({"customFieldsData": [{"customFieldSchemaId": "size", "value": "4"}]}, "0.customFieldSchemaId", "unknown"),
    ],
)
async def test_an_attribute_that_the_program_refuses_is_named_by_its_path(api: Api, changes: Any, path: str, code: str):
    await api.deploy(program=DECLARED)
    member_id = await register(api, **ANNA)
    before = await api.get(f"{PATH}/{member_id}")
    (where,) = changes
    code = f"{code}Attribute" if code in ("invalid", "unknown") else code

    answer = await put(api, member_id, **changes)

    assert fault(answer, f"customer.{where}.{path}")["code"] == code
    if where == "customAttributes":
        one_by_one = await api.http.put(f"{PATH}/{member_id}/custom-attribute", json=changes)
        assert fault(one_by_one, f"{where}.{path}")["code"] == code
    assert await api.get(f"{PATH}/{member_id}") == before
