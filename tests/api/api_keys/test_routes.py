"""API keys: making, listing, changing, rotating and deleting; expiry and limits."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from api.authentication.key_rate_limiter import KeyRateLimiter
from api.http.errors import RateLimitReached
from tests.kit.access import add_administrator
from tests.kit.api import ADMIN_ID, Api, fault

PATH = "/api/admin/admin/api-key"
NEEDS_LOGIN = "/api/DEFAULT/webhook/event"


async def request_with(api: Api, **headers: str):
    api.http.headers.pop("Authorization", None)
    return await api.http.get(NEEDS_LOGIN, headers=headers)


async def make(api: Api, **changed: str | None):
    key = {"name": "till-7"} | changed
    return await api.post(PATH, {"apiKey": key})


async def test_an_api_key_is_shown_once_and_works(api_anywhere: Api):
    made = (await make(api_anywhere)).json()
    listed = await api_anywhere.get(PATH)

    assert made["token"].startswith("lrl_")
    assert (made["adminId"], made["name"], made["legacy"]) == (ADMIN_ID, "till-7", False)
    assert made["apiKeyId"] in [item["apiKeyId"] for item in listed["items"]]
    assert made["token"] not in str(listed)
    assert (await request_with(api_anywhere, **{"X-AUTH-TOKEN": made["token"]})).status_code == 200


async def test_an_admin_is_named_by_id_or_name(api: Api):
    by_name = await api.get(PATH)

    by_id = await api.get(f"/api/admin/{ADMIN_ID.upper()}/api-key")

    assert by_id == by_name


async def test_a_deleted_key_is_refused_at_once(api_anywhere: Api):
    made = (await make(api_anywhere)).json()
    headers = {"Authorization": made["token"]}
    assert (await api_anywhere.http.get(NEEDS_LOGIN, headers=headers)).status_code == 200

    deleted = await api_anywhere.http.delete(f"{PATH}/{made['apiKeyId']}")

    assert deleted.status_code == 204
    assert (await api_anywhere.http.get(NEEDS_LOGIN, headers=headers)).status_code == 401
    assert (await api_anywhere.http.delete(f"{PATH}/{made['apiKeyId']}")).status_code == 404


async def test_a_key_works_until_it_expires(api: Api, monkeypatch: pytest.MonkeyPatch):
    made = (await make(api, expirationDate="2099-01-01")).json()
    assert made["expirationDate"] == "2099-01-01T00:00:00.000+00:00"

    await api.database.access_write(
        lambda access: access.connection.exec_driver_sql("UPDATE api_key SET expires_at = '2020-01-01 00:00:00'")
    )

    answer = await request_with(api, Authorization=made["token"])
    assert "Expired" in answer.json()["message"]


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"name": ""}, "apiKey.name"),
        ({"name": None}, "apiKey.name"),
        ({"expirationDate": "soon"}, "apiKey.expirationDate"),
        ({"expirationDate": "2020-01-01"}, "apiKey.expirationDate"),
    ],
)
async def test_an_invalid_key_is_refused(api: Api, changed: dict, path: str):
    answer = await make(api, **changed)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, path)


async def test_the_keys_of_an_unknown_admin_are_not_found(api: Api):
    assert (await api.http.get("/api/admin/nobody/api-key")).status_code == 404


async def test_a_key_cannot_log_its_admin_out(api: Api):
    assert (await api.http.get("/api/token/revoke")).status_code == 403


async def test_a_key_with_a_role_and_a_store_may_do_no_more(api_anywhere: Api):
    made = (await make(api_anywhere, role="reporter", store="DEFAULT")).json()
    api_anywhere.http.headers["Authorization"] = made["token"]

    assert (made["role"], made["store"]) == ("reporter", "DEFAULT")
    assert (await api_anywhere.report()).status_code == 200
    assert (await api_anywhere.http.get("/api/DEFAULT/member")).status_code == 403
    assert (await api_anywhere.http.post("/api/OTHER/customEvent", json={})).status_code == 403
    assert (await make(api_anywhere)).status_code == 403
    assert (await api_anywhere.http.delete(f"{PATH}/{made['apiKeyId']}")).status_code == 403


async def test_a_support_agent_makes_own_keys_with_no_more_rights(api: Api):
    await add_administrator(api, "designer")
    agent = await add_administrator(api, "support")
    login = (await api.post("/api/admin/login_check", {"username": "support", "password": "password"})).json()
    headers = {"Authorization": f"Bearer {login['token']}"}

    async def status(admin: str, **key: str) -> int:
        content = {"apiKey": {"name": "own"} | key}
        return (await api.post(f"/api/admin/{admin}/api-key", content, headers=headers)).status_code

    assert [await status("support", role=role) for role in ("support", "reporter", "viewer")] == [200] * 3
    assert [await status("support", role=role) for role in ("administrator", "designer")] == [403] * 2
    assert [await status("designer"), await status("admin")] == [403] * 2
    by_key = await api.post(
        "/api/admin/support/api-key", {"apiKey": {"name": "own"}}, headers={"Authorization": agent.key}
    )
    assert by_key.status_code == 403


@pytest.mark.parametrize(
    ("changed", "path", "code"),
    [
        ({"role": "king"}, "apiKey.role", "unknownRole"),
        ({"role": ["viewer"]}, "apiKey.role.str", "stringType"),
        ({"store": "NOWHERE"}, "apiKey.store", "unknownStore"),
        ({"store": ""}, "apiKey.store", "stringTooShort"),
    ],
)
async def test_an_invalid_role_or_store_is_refused(api: Api, changed: dict, path: str, code: str):
    assert fault(await make(api, **changed), path)["code"] == code


# Rotating


def path_of(made: dict) -> str:
    return f"{PATH}/{made['apiKeyId']}"


async def status(api: Api, token: str) -> int:
    return (await api.http.get(NEEDS_LOGIN, headers={"Authorization": token})).status_code


async def rotate(api: Api, made: dict, **options: object):
    return await api.post(f"{path_of(made)}/rotate", {"apiKey": options})


async def test_a_rotated_key_has_a_new_token_and_the_old_one_works_for_the_overlap(api_anywhere: Api):
    made = (await make(api_anywhere)).json()

    rotated = (await rotate(api_anywhere, made, overlapSeconds=3600)).json()

    assert (rotated["apiKeyId"], rotated["name"]) == (made["apiKeyId"], "till-7")
    assert rotated["token"] != made["token"]
    assert [await status(api_anywhere, each["token"]) for each in (made, rotated)] == [200, 200]
    (listed,) = [each for each in (await api_anywhere.get(PATH))["items"] if each["apiKeyId"] == made["apiKeyId"]]
    assert listed["previousTokenUntil"] == rotated["previousTokenUntil"]
    past = datetime.now(UTC) - timedelta(seconds=1)
    await api_anywhere.database.access_write(
        lambda access: access.api_keys.change(made["apiKeyId"], previous_expires_at=past)
    )
    api_anywhere.app.state.laurel.authenticator.clear_cache()
    assert [await status(api_anywhere, each["token"]) for each in (made, rotated)] == [401, 200]


async def test_without_an_overlap_the_old_tokens_end_at_once(api_anywhere: Api):
    first = (await make(api_anywhere)).json()
    second = (await rotate(api_anywhere, first)).json()

    third = (await rotate(api_anywhere, first, overlapSeconds=0)).json()

    assert [await status(api_anywhere, each["token"]) for each in (first, second, third)] == [401, 401, 200]


async def test_of_rotations_at_once_one_is_made_and_the_token_in_use_goes_on(api_anywhere: Api):
    made = (await make(api_anywhere)).json()

    answers = await asyncio.gather(*(rotate(api_anywhere, made) for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 5]
    refused = next(answer for answer in answers if answer.status_code == 400)
    assert fault(refused, "apiKey.overlapSeconds")["code"] == "rotationUnderWay"
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert [await status(api_anywhere, each["token"]) for each in (made, won)] == [200, 200]


async def test_a_key_that_is_rotated_and_deleted_at_once_is_gone(api_anywhere: Api):
    made = (await make(api_anywhere)).json()

    rotated, deleted = await asyncio.gather(rotate(api_anywhere, made), api_anywhere.http.delete(path_of(made)))

    assert (deleted.status_code, rotated.status_code in (200, 404)) == (204, True)
    assert await status(api_anywhere, made["token"]) == 401
    if rotated.status_code == 200:
        assert await status(api_anywhere, rotated.json()["token"]) == 401


@pytest.mark.parametrize("overlap", [-1, 30 * 24 * 3600 + 1, "1", None])
async def test_an_invalid_overlap_is_refused(api: Api, overlap: object):
    made = (await make(api)).json()

    assert fault(await rotate(api, made, overlapSeconds=overlap), "apiKey.overlapSeconds")


# Limiting, changing, and what a key was used for


async def test_a_key_makes_no_more_requests_than_its_limit(api: Api):
    made = (await make(api, rateLimit=3)).json()

    found = [await status(api, made["token"]) for _ in range(5)]
    answer = await api.http.get(NEEDS_LOGIN, headers={"Authorization": made["token"]})

    assert found == [200, 200, 200, 429, 429]
    assert 0 < int(answer.headers["Retry-After"]) <= 60 + 60
    assert "3 requests a minute" in answer.json()["message"]
    assert (await api.http.get(NEEDS_LOGIN)).status_code == 200


def test_the_limit_of_a_key_slides_and_says_when_the_next_request_may_come():
    now = 0.0
    limiter = KeyRateLimiter(lambda: now)

    def made(requests: int) -> int:
        allowed = 0
        for _ in range(requests):
            with contextlib.suppress(RateLimitReached):
                limiter.acquire("key", 60)
                allowed += 1
        return allowed

    assert made(100) == 60
    with pytest.raises(RateLimitReached) as refused:
        limiter.acquire("key", 60)
    now = float(refused.value.retry_after)
    assert made(5) == 1
    now = 90.0
    assert made(100) == 29
    now = 1000.0
    assert made(100) == 60


def test_the_memory_of_limits_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("api.authentication.key_rate_limiter.MAX_KEYS", 2)
    limiter = KeyRateLimiter(lambda: 0.0)
    for name in ("a", "b", "c"):
        limiter.acquire(name, 1)

    assert list(limiter._counts) == ["b", "c"]


async def test_a_key_is_changed_and_keeps_its_token(api_anywhere: Api):
    made = (await make(api_anywhere, rateLimit=60, expirationDate="2099-01-01")).json()
    changed = {"name": "till-8", "role": "viewer", "rateLimit": None}

    answer = await api_anywhere.http.put(path_of(made), json={"apiKey": changed})

    assert answer.status_code == 204
    (after,) = [each for each in (await api_anywhere.get(PATH))["items"] if each["apiKeyId"] == made["apiKeyId"]]
    assert (after["name"], after["role"], after["rateLimit"]) == ("till-8", "viewer", None)
    assert after["expirationDate"] == made["expirationDate"]
    headers = {"Authorization": made["token"]}
    assert (await api_anywhere.http.post("/api/DEFAULT/customEvent", json={}, headers=headers)).status_code == 403
    assert await status(api_anywhere, made["token"]) == 200


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"rateLimit": 0}, "apiKey.rateLimit"),
        ({"rateLimit": 10**7}, "apiKey.rateLimit"),
        ({"rateLimit": 1.5}, "apiKey.rateLimit"),
        ({"name": ""}, "apiKey.name"),
        ({"expirationDate": "2020-01-01"}, "apiKey.expirationDate"),
        ({"role": "king"}, "apiKey.role"),
    ],
)
async def test_an_invalid_change_is_refused(api: Api, changed: dict, path: str):
    made = (await make(api)).json()

    answer = await api.http.put(path_of(made), json={"apiKey": changed})

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, path)


async def test_a_key_shows_when_it_was_used_last_also_to_other_processes(api_anywhere: Api):
    made = (await make(api_anywhere)).json()

    async def last_use() -> str | None:
        (key,) = [each for each in (await api_anywhere.get(PATH))["items"] if each["apiKeyId"] == made["apiKeyId"]]
        return key.get("lastUsedAt")

    before = await last_use()
    await status(api_anywhere, made["token"])
    here = await last_use()
    uses = api_anywhere.app.state.laurel.authenticator.key_uses
    await uses.store()
    await api_anywhere.database.access_write(
        lambda access: access.api_keys.mark_used({made["apiKeyId"]: datetime(2020, 1, 1, tzinfo=UTC)})
    )

    assert before is None
    assert here is not None
    assert not uses.pending
    assert await last_use() == here


async def test_uses_that_cannot_be_stored_stay_pending(api: Api, monkeypatch: pytest.MonkeyPatch):
    uses = api.app.state.laurel.authenticator.key_uses
    await status(api, (await make(api)).json()["token"])
    pending = dict(uses.pending)

    async def away(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("away"))

    with monkeypatch.context() as patched:
        patched.setattr(api.database, "access_write", away)
        await uses.store()

    assert dict(uses.pending) == pending
    assert len(pending) == 2
