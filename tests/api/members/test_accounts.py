"""Accounts over HTTP: registered without activation, codes by webhook, passwords, another email or phone."""

import asyncio
from typing import Any

import pytest

from tests.api.members.test_routes import PATH, register
from tests.kit.api import Api, fault
from tests.kit.database import all_rows
from tests.kit.sent import answer_events, sent, subscribe

OLA = {"email": "ola@example.com", "phone": "+48500", "agreement1": True, "plainPassword": "password"}
WITH_CODE = (
    "CustomerWasRegisteredWithoutActivation",
    "CustomerRequestedSendActivationCode",
    "CustomerRequestedPasswordReset",
    "CustomerEmailWasChanged",
    "CustomerPhoneNumberWasChanged",
)


async def register_ola(api: Api, **changed: Any) -> str:
    await subscribe(api, [*WITH_CODE, "CustomerRegistered", "CustomerUpdated"])
    answer = await api.post(f"{PATH}/register", {"customer": OLA | changed})
    assert answer.status_code == 200, answer.text
    return answer.json()["customerId"]


async def login(api: Api, username: str, password: str = "password") -> dict[str, str] | None:
    """The headers of a member who is logged in; None if the login is refused."""
    answer = await api.post(f"{PATH}/login_check", {"username": username, "password": password})
    return {"Authorization": f"Bearer {answer.json()['token']}"} if answer.status_code == 200 else None


async def last_sent(api: Api) -> tuple[str, Any]:
    return (await sent(api))[-1]


async def public(api: Api, path: str, content: Any = None, **query: str) -> int:
    """The status of a request without a login."""
    key = api.http.headers.pop("Authorization")
    answer = await api.http.post(f"{PATH}/{path}", json=content, params=query)
    api.http.headers["Authorization"] = key
    return answer.status_code


async def test_who_registers_takes_part_once_the_code_of_the_webhook_activates_them(api_anywhere: Api):
    api = api_anywhere
    member_id = await register_ola(api)
    ((name, data),) = await sent(api)

    assert (name, data["customer"]["customerId"]) == (WITH_CODE[0], member_id)
    assert (await api.get(f"{PATH}/{member_id}"))["active"] is False
    assert await login(api, "ola@example.com") is None
    assert fault(await api.report(customerData={"email": "ola@example.com"}), "member")["code"] == "memberInactive"
    assert await public(api, f"activate/{data['code']}") == 204
    assert await public(api, f"activate/{data['code']}") == 400
    assert await login(api, "ola@example.com")
    assert (await api.report(customerData={"email": "ola@example.com"})).status_code == 200


async def test_another_activation_code_is_sent_by_id_and_by_phone(api_anywhere: Api):
    api = api_anywhere
    member_id = await register_ola(api)

    assert (await api.http.post(f"{PATH}/{member_id}/send-code")).status_code == 204
    assert await public(api, "resend-code", {"phone": "+48500"}) == 204
    assert await public(api, "resend-code", {"phone": "nobody's"}) == 204

    messages = await sent(api)
    assert [name for name, _ in messages] == [WITH_CODE[0], WITH_CODE[1], WITH_CODE[1]]
    codes = [data["code"] for _, data in messages]
    assert [await public(api, f"activate/{code}") for code in codes] == [400, 400, 204]
    assert fault(await api.http.post(f"{PATH}/{member_id}/send-code"), "member")["code"] == "notWaiting"


async def test_an_active_member_resets_the_password_by_a_code_and_is_logged_out(api_anywhere: Api):
    api = api_anywhere
    member_id = await register(api, plainPassword="password")
    own = await login(api, "anna@example.com")
    await register_ola(api)

    for name in ("anna@example.com", "ola@example.com", "nobody@example.com"):
        assert await public(api, "password/reset/request", {"username": name}) == 204
    asked = [data for name, data in await sent(api) if name == "CustomerRequestedPasswordReset"]

    assert [data["customer"]["customerId"] for data in asked] == [member_id]
    new = {"reset": {"plainPassword": "a new password"}, "token": str(asked[0]["codeNumber"])}
    assert await public(api, "password/reset", new) == 400
    assert await public(api, "password/reset", new | {"username": "ANNA@example.com"}) == 204
    assert await public(api, "password/reset", new | {"token": asked[0]["code"]}) == 400
    assert (await api.http.get(f"{PATH}/{member_id}", headers=own)).status_code == 401
    assert await login(api, "anna@example.com") is None
    assert await login(api, "anna@example.com", "a new password")


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [("CustomerEmailWasChanged", "email", "new@example.com"), ("CustomerPhoneNumberWasChanged", "phone", "+48600")],
)
async def test_a_members_own_email_and_phone_change_once_they_are_confirmed(
    api_anywhere: Api, name: str, field: str, value: str
):
    api = api_anywhere
    member_id = await register(api, plainPassword="password", phone="+48599")
    before = (await api.get(f"{PATH}/{member_id}"))[field]
    own = await login(api, "anna@example.com")
    await answer_events(api)
    await subscribe(api, [*WITH_CODE, "CustomerUpdated"])

    answer = await api.http.put(
        f"{PATH}/{member_id}", json={"customer": {field: value, "firstName": "Ann"}}, headers=own
    )

    assert (answer.status_code, answer.json()) == (200, {"customerId": member_id})
    (updated, _), (asked, data) = await sent(api)
    assert (updated, asked, data["customer"][field]) == ("CustomerUpdated", name, value)
    shown = await api.get(f"{PATH}/{member_id}")
    assert (shown[field], shown["firstName"]) == (before, "Ann")
    assert await public(api, f"confirm-change/{data['code']}") == 204
    assert await public(api, f"confirm-change/{data['code']}") == 400
    assert (await api.get(f"{PATH}/{member_id}"))[field] == value
    assert (await last_sent(api))[0] == "CustomerUpdated"


@pytest.mark.parametrize("field", ["loyaltyCardNumber", "registeredAt", "labels", "customAttributes", "levelId"])
async def test_what_only_administrators_change_is_refused_to_the_member(api: Api, field: str):
    member_id = await register(api, plainPassword="password")
    own = await login(api, "anna@example.com")

    answer = await api.http.put(f"{PATH}/{member_id}", json={"customer": {field: None, "firstName": "A"}}, headers=own)

    assert fault(answer, f"customer.{field}")["code"] == "notYours"
    assert "firstName" not in await api.get(f"{PATH}/{member_id}")


async def test_a_member_changes_the_own_password_and_an_administrator_sets_it(api_anywhere: Api):
    api = api_anywhere
    member_id = await register(api, plainPassword="password")
    own = await login(api, "anna@example.com")
    path, new = f"{PATH}/password", {"currentPassword": "password", "plainPassword": "a new password"}

    wrong = await api.http.put(path, json=new | {"currentPassword": "wrong"}, headers=own)
    assert fault(wrong, "currentPassword")["code"] == "wrongPassword"
    assert (await api.http.put(path, json=new, headers=own)).status_code == 204
    assert (await api.http.put(path, json=new, headers=own)).status_code == 401
    own = await login(api, "anna@example.com", "a new password")
    assert (await api.post(f"{PATH}/{member_id}/password", {"plainPassword": "password"})).status_code == 204
    assert (await api.http.get(f"{PATH}/{member_id}", headers=own)).status_code == 401
    assert await login(api, "anna@example.com")


@pytest.mark.parametrize(
    ("changed", "path", "code"),
    [
        ({"email": None}, "email", "stringType"),
        ({"plainPassword": "short"}, "plainPassword", "stringTooShort"),
        ({"plainPassword": None}, "plainPassword", "stringType"),
        ({"agreement1": None}, "agreement1", "boolType"),
        ({"levelId": "gold"}, "levelId", "notSupported"),
        ({"email": "anna@example.com"}, "email", "alreadyUsed"),
        ({"birthDate": "x"}, "birthDate", "invalidDate"),
        ({"birthDate": "2999-12-31"}, "birthDate", "invalidDate"),
        ({"registeredAt": "2998-12-31"}, "registeredAt", "invalidDate"),
    ],
)
async def test_a_bad_registration_is_refused_at_its_path(api: Api, changed: dict[str, Any], path: str, code: str):
    await register(api)

    answer = await api.post(f"{PATH}/register", {"customer": OLA | changed})

    assert fault(answer, f"customer.{path}")["code"] == code
    assert await api.count() == (1, 1)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("activate/nonsense", None),
        ("activate/123456", None),
        (f"activate/{'x' * 300}", None),
        ("confirm-change/%00", None),
        ("resend-code", {}),
        ("resend-code", {"phone": 500}),
        ("password/reset/request", {}),
        ("password/reset/request", {"username": ""}),
        ("password/reset", {"reset": {"plainPassword": "a password"}}),
        ("password/reset", {"reset": {"plainPassword": "short"}, "token": "x"}),
        ("password/reset", {"reset": {}, "token": "x"}),
        ("password/reset", {"reset": {"plainPassword": "a password"}, "token": "x"}),
    ],
)
async def test_bad_codes_and_requests_are_refused(api: Api, path: str, content: Any):
    await register_ola(api)

    assert await public(api, path, content) == 400


async def test_no_code_stands_in_the_database(api_anywhere: Api):
    api = api_anywhere
    await register_ola(api)
    await api.http.post(f"{PATH}/email=ola@example.com/send-code")
    messages = await sent(api)
    await public(api, f"activate/{messages[-1][1]['code']}")

    rows = str(await all_rows(api.database))

    assert len(messages) == 2
    for _, data in messages:
        assert data["code"] not in rows
    assert "code:0" in rows  # placeholders of stored messages


# At once


async def test_of_registrations_without_activation_at_once_one_succeeds(api_anywhere: Api):
    answers = await asyncio.gather(*(api_anywhere.post(f"{PATH}/register", {"customer": OLA}) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 4
    assert await api_anywhere.count() == (1, 1)


@pytest.mark.parametrize("purpose", ["activate", "reset", "confirm"])
async def test_a_code_used_many_times_at_once_works_once(api_anywhere: Api, purpose: str):
    api = api_anywhere
    member_id = await register_ola(api)
    code = (await last_sent(api))[1]["code"]
    if purpose != "activate":
        await public(api, f"activate/{code}")
        if purpose == "reset":
            await public(api, "password/reset/request", {"username": "ola@example.com"})
        else:
            own = await login(api, "ola@example.com")
            await api.http.put(f"{PATH}/{member_id}", json={"customer": {"email": "o@example.com"}}, headers=own)
        code = (await last_sent(api))[1]["code"]
    paths = {"activate": f"activate/{code}", "reset": "password/reset", "confirm": f"confirm-change/{code}"}
    content = {"reset": {"plainPassword": "a new password"}, "token": code}
    api.started.clear()

    answers = await asyncio.gather(*(api.http.post(f"{PATH}/{paths[purpose]}", json=content) for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [204] + [400] * 5
    assert len(api.started) == 1


async def test_an_activation_by_hand_and_by_code_at_once_is_one(api_anywhere: Api):
    api = api_anywhere
    member_id = await register_ola(api)
    code = (await last_sent(api))[1]["code"]

    await asyncio.gather(
        *(api.http.post(f"{PATH}/{path}") for path in (f"activate/{code}", f"{member_id}/activate") for _ in range(3))
    )

    assert [event.type for event in api.started] == ["member_activated"]


async def test_guesses_are_braked_by_address(api: Api, monkeypatch: pytest.MonkeyPatch):
    await register_ola(api)
    monkeypatch.setattr("api.authentication.login_rate_limiter.MAX_WAIT", 0.0)

    statuses = [await public(api, f"activate/{number:026}") for number in range(30)]

    assert statuses.count(400) <= 21
    assert statuses[-1] == 429
