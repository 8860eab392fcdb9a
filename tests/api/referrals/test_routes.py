"""Referrals: by a token at registration, by hand, listed and removed."""

import asyncio
from typing import Any

import pytest

from tests.api.members.test_routes import PATH, register
from tests.kit.api import Api, fault

UNKNOWN = "0190f2a0-0000-7000-8000-00000000dead"


async def token_of(api: Api, member_id: str) -> str:
    return (await api.get(f"{PATH}/{member_id}"))["referralToken"]


async def referrals(api: Api, query: str = "") -> list[tuple[str, str]]:
    items = (await api.get(f"/api/DEFAULT/referral?{query}"))["items"]
    return [(each["referrerId"], each["refereeId"]) for each in items]


async def test_who_registers_with_a_token_was_brought_by_its_member(api_anywhere: Api):
    api = api_anywhere
    anna = await register(api, firstName="Anna", lastName="Nowak")
    token = await token_of(api, anna)
    api.started.clear()

    bert = await register(api, email="bert@example.com", referrerToken=token.lower())
    new = {"email": "ola@example.com", "agreement1": True, "plainPassword": "password", "referrerToken": token}
    ola = (await api.post(f"{PATH}/register", {"customer": new})).json()["customerId"]

    assert await referrals(api) == [(anna, ola), (anna, bert)]
    assert [event.type for event in api.started if event.type == "member_referred"] == ["member_referred"] * 2
    (one,) = (await api.get(f"/api/DEFAULT/referral?refereeId={bert}"))["items"]
    assert (one["referrerName"], one["referrerToken"], one["refereeName"]) == ("Anna Nowak", token, "")
    assert await referrals(api, f"referrerToken={token}&referrerId={anna.upper()}") == [(anna, ola), (anna, bert)]
    assert await referrals(api, f"referralId={one['referralId']}") == [(anna, bert)]
    assert await referrals(api, "referrerToken=nonsense") == []
    assert (await api.get(f"{PATH}?referralToken={token}"))["items"][0]["customerId"] == anna


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("referrerName=anna nowak", True),
        ("referrerName=Anna", False),
        ("referrerName[like]=na no", True),
        ("referrerName[like]=OWA", True),
        ("referrerName[like]=ann ak", False),
        ("referrerName=", False),
        ("refereeName=Bert", True),
        ("refereeName=Bert Lis", False),
        ("refereeName[like]=er&referrerName[like]=nowak", True),
    ],
)
async def test_referrals_are_found_by_names(api_anywhere: Api, query: str, found: bool):
    anna = await register(api_anywhere, firstName="Anna", lastName="Nowak")
    token = await token_of(api_anywhere, anna)
    bert = await register(api_anywhere, email="bert@example.com", firstName="Bert", referrerToken=token)

    assert await referrals(api_anywhere, query) == ([(anna, bert)] if found else [])


async def test_a_referral_is_set_and_removed_by_hand_once(api_anywhere: Api):
    api = api_anywhere
    anna, bert = await register(api), await register(api, email="bert@example.com")
    path = f"{PATH}/{bert}/referral"

    answers = await asyncio.gather(*(api.post(path, {"referrerId": anna}) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [204] + [400] * 3
    assert fault(await api.post(path, {"referrerId": anna}), "member")["parameters"] == {"referrer": anna}
    assert (
        fault(await api.post(f"{PATH}/{anna}/referral", {"referrerId": bert}), "referrerId")["code"] == "referralLoop"
    )
    removed = await asyncio.gather(*(api.http.delete(path) for _ in range(3)))
    assert sorted(answer.status_code for answer in removed) == [204, 400, 400]
    assert await referrals(api) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({}, "missing"),
        ({"referrerId": 7}, "stringType"),
        ({"referrerId": UNKNOWN}, "unknownReferrer"),
        ({"referrerId": "nonsense"}, "unknownReferrer"),
        ({"referrerId": "own"}, "referralLoop"),
    ],
)
async def test_a_referral_by_nobody_is_refused(api: Api, content: dict[str, Any], code: str):
    anna = await register(api)
    if content.get("referrerId") == "own":
        content = {"referrerId": anna}

    answer = await api.post(f"{PATH}/{anna}/referral", content)

    assert fault(answer, "referrerId")["code"] == code
    assert await referrals(api) == []


@pytest.mark.parametrize("token", ["nonsense", "A" * 26, "ß", UNKNOWN])
async def test_a_token_of_nobody_registers_nobody(api: Api, token: str):
    answer = await api.post(PATH, {"customer": {"email": "a@example.com", "referrerToken": token}})

    assert fault(answer, "customer.referrerToken")["code"] == "unknownReferrer"
    assert await api.count() == (0, 0)
