"""Secrets that sign webhooks: shown once, and rotated with an overlap in which two sign."""

import asyncio

import pytest
from httpx2 import Response

from tests.kit.api import Api, fault

PATH = "/api/DEFAULT/webhook/subscription"
STORE = "/api/DEFAULT/webhook/secret"
MINE = "whsec_" + "A" * 32


@pytest.fixture
async def path(api_anywhere: Api) -> str:
    """The path of a subscription."""
    fields = {"eventName": "CustomerRegistered", "url": "https://partner.example/hook"}
    made = await api_anywhere.post(PATH, {"webhookSubscription": fields})
    return f"{PATH}/{made.json()['webhookSubscriptionId']}"


async def rotate(api: Api, path: str, **fields: object) -> dict:
    answer = await api.post(f"{path}/rotate", {"rotation": fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_rotated_secret_is_shown_once_and_the_one_before_signs_for_the_overlap(api_anywhere: Api, path: str):
    rotated = [await rotate(api_anywhere, each, overlapSeconds=3600) for each in (path, STORE)]

    shown = [await api_anywhere.get(each) for each in (path, STORE)]
    assert all(each["secret"].startswith("whsec_") for each in rotated)
    untils = [each["previousSecretUntil"] for each in rotated]
    assert [each["previousSecretUntil"] for each in shown] == untils
    assert None not in untils
    assert not any("whsec_" in str(each) for each in shown)


async def test_a_rotation_without_an_overlap_ends_every_other_secret(api_anywhere: Api, path: str):
    await rotate(api_anywhere, path)

    rotated = await rotate(api_anywhere, path, overlapSeconds=0)

    assert rotated["previousSecretUntil"] is None
    assert (await api_anywhere.get(path))["previousSecretUntil"] is None


@pytest.mark.parametrize("of_store", [False, True])
async def test_of_many_rotations_at_once_one_is_done(api_anywhere: Api, path: str, of_store: bool):
    target = f"{STORE if of_store else path}/rotate"

    answers = await asyncio.gather(*(api_anywhere.post(target, {"rotation": {}}) for _ in range(8)))

    assert sorted(each.status_code for each in answers) == [200] + [400] * 7
    refused = next(each for each in answers if each.status_code == 400)
    assert fault(refused, "rotation.overlapSeconds")["code"] == "rotationUnderWay"


async def test_a_rotation_that_is_repeated_with_its_secret_is_done_once(api_anywhere: Api, path: str):
    first = await rotate(api_anywhere, path, secret=MINE)

    again = await rotate(api_anywhere, path, secret=MINE)

    assert again == first


@pytest.mark.parametrize(
    ("content", "at"),
    [
        ({"overlapSeconds": -1}, "rotation.overlapSeconds"),
        ({"overlapSeconds": 30 * 24 * 3600 + 1}, "rotation.overlapSeconds"),
        ({"overlapSeconds": "3600"}, "rotation.overlapSeconds"),
        ({"secret": "short"}, "rotation.secret"),
        ({"secret": 17}, "rotation.secret"),
    ],
)
async def test_a_faulty_rotation_is_refused_at_its_path(api: Api, content: dict, at: str):
    answer = await api.post(f"{STORE}/rotate", {"rotation": content})

    fault(answer, at)
    assert (await api.get(STORE))["previousSecretUntil"] is None


async def put(api: Api, path: str, **fields: object) -> Response:
    body = {"webhookSubscription": {"url": "https://partner.example/hook", **fields}}
    return await api.http.put(path, json=body)


async def test_a_put_with_another_secret_lets_both_sign_for_a_day(api_anywhere: Api, path: str):
    untils = []
    for fields in ({}, {"secret": None}, {"secret": MINE}, {"secret": MINE}):
        assert (await put(api_anywhere, path, **fields)).status_code == 204
        untils.append((await api_anywhere.get(path))["previousSecretUntil"])

    assert untils[:2] == [None, None]
    assert untils[2] is not None
    assert untils[3] == untils[2]  # the present one again is no rotation
    assert (await rotate(api_anywhere, path, secret=MINE))["previousSecretUntil"] == untils[2]


async def test_a_put_with_a_faulty_secret_or_a_third_one_changes_nothing(api_anywhere: Api, path: str):
    await put(api_anywhere, path, secret=MINE)

    third = await put(api_anywhere, path, name="Third", secret="whsec_" + "B" * 32)
    faulty = await put(api_anywhere, path, name="Third", secret="short")

    assert fault(third, "webhookSubscription.secret")["code"] == "rotationUnderWay"
    assert fault(faulty, "webhookSubscription.secret")["code"] == "invalidSecret"
    assert (await api_anywhere.get(path)).get("name") is None
    assert (await rotate(api_anywhere, path, secret=MINE))["previousSecretUntil"] is not None


async def test_the_secret_of_no_subscription_is_not_found(api: Api):
    answer = await api.post(f"{PATH}/0190f2a0-0000-7000-8000-000000000001/rotate", {})

    assert answer.status_code == 404
