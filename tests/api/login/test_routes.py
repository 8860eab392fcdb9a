"""Logging in, refreshing tokens, logging out, and the rate limit on attempts over HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from api.authentication.tokens import ACCESS_TOKEN_LIFETIME
from api.http.errors import NotAuthenticated
from commands.shared.admin import set_admin_password
from tests.kit.api import ADMIN_ID, Api

LOGIN = {"username": "admin", "password": "password"}
EVENTS = "/api/DEFAULT/customEvent"


async def log_in(api: Api, path: str = "/api/admin/login_check", **changed: str) -> dict:
    answer = await api.post(path, LOGIN | changed)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def use(api: Api, token: str, path: str = EVENTS):
    return await api.http.get(path, headers={"Authorization": f"Bearer {token}"})


async def register(api: Api, **changed: str) -> str:
    customer = {"email": "anna@example.com", "plainPassword": "correct horse"} | changed
    answer = await api.post("/api/DEFAULT/member", {"customer": customer})
    return answer.json()["customerId"]


async def test_an_admin_logs_in_and_uses_the_token(api_anywhere: Api):
    tokens = await log_in(api_anywhere)

    assert (await use(api_anywhere, tokens["token"])).status_code == 200
    claims = jwt.decode(tokens["token"], options={"verify_signature": False})
    assert (claims["sub"], claims["role"]) == (ADMIN_ID, "admin")
    assert claims["exp"] - claims["iat"] == ACCESS_TOKEN_LIFETIME.total_seconds()


@pytest.mark.parametrize("changed", [{"password": "wrong"}, {"username": "nobody"}, {"username": "ADMIN"}])
async def test_wrong_credentials_are_refused_without_saying_which_part_is_wrong(api: Api, changed: dict):
    answer = await api.post("/api/admin/login_check", LOGIN | changed)

    assert (answer.status_code, answer.json()) == (401, {"code": 401, "message": "Bad credentials."})


@pytest.mark.parametrize(
    ("content", "path"),
    [({}, "username"), ({"username": "admin"}, "password"), (LOGIN | {"password": 7}, "password")],
)
async def test_a_login_without_a_field_names_it(api: Api, content: dict, path: str):
    answer = await api.post("/api/admin/login_check", content)

    assert answer.status_code == 400
    assert path in [fault["path"] for fault in answer.json()["errors"]]


async def test_a_login_with_an_unknown_name_takes_as_much_work(api: Api, monkeypatch: pytest.MonkeyPatch):
    verified = []
    monkeypatch.setattr("api.authentication.passwords._verify", lambda kept, given: verified.append(kept) or True)

    answer = await api.post("/api/admin/login_check", {"username": "nobody", "password": "nobody"})

    assert answer.status_code == 401
    assert verified[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    ("path", "username", "password"),
    [
        ("/api/admin/login_check", "admin", "password"),
        ("/api/DEFAULT/member/login_check", "anna@example.com", "correct horse"),
    ],
)
async def test_300_logins_at_once_are_braked_and_the_right_password_gets_in(
    api: Api, path: str, username: str, password: str
):
    await register(api)
    await log_in(api, path, username=username, password=password)
    verified = []
    api.app.state.laurel.passwords.verify = _counting(api.app.state.laurel.passwords.verify, verified)
    api.app.state.laurel.login_rate_limiter._sleep = lambda _: asyncio.sleep(0)

    answers = await asyncio.gather(
        *(api.post(path, {"username": f"nobody{each}", "password": "guess"}) for each in range(300)),
        api.post(path, {"username": username, "password": password}),
    )

    assert answers[-1].status_code == 200
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(verified) == 301 - len(refused)
    assert len(refused) > 200
    assert refused[0].json()["code"] == 429
    assert 0 < int(refused[0].headers["Retry-After"]) <= 60


def _counting(verify: Any, verified: list[str]) -> Any:
    async def counted(password_hash: str | None, password: str, *, is_known: bool) -> bool:
        verified.append(password)
        return await verify(password_hash, password, is_known=is_known)

    return counted


async def test_a_long_login_is_not_read(api: Api):
    answer = await api.post("/api/admin/login_check", {"username": "admin", "password": "x" * 17_000})

    assert answer.status_code == 413


# Refresh tokens


async def test_a_refresh_token_gives_new_tokens_once(api_anywhere: Api):
    first = await log_in(api_anywhere)

    second = (await api_anywhere.post("/api/token/refresh", {"refresh_token": first["refresh_token"]})).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert (await use(api_anywhere, second["token"])).status_code == 200


async def test_a_refresh_token_used_twice_ends_every_refresh_token_of_its_login(api_anywhere: Api):
    first = await log_in(api_anywhere)
    other = await log_in(api_anywhere)
    second = (await api_anywhere.post("/api/token/refresh", {"refresh_token": first["refresh_token"]})).json()

    stolen = await api_anywhere.post("/api/token/refresh", {"refresh_token": first["refresh_token"]})
    after = await api_anywhere.post("/api/token/refresh", {"refresh_token": second["refresh_token"]})
    untouched = await api_anywhere.post("/api/token/refresh", {"refresh_token": other["refresh_token"]})

    assert [answer.status_code for answer in (stolen, after, untouched)] == [401, 401, 200]


@pytest.mark.parametrize(
    ("content", "status"), [({"refresh_token": "nonsense"}, 401), ({}, 400), ({"refresh_token": 7}, 400)]
)
async def test_an_invalid_refresh_token_is_refused(api: Api, content: dict, status: int):
    assert (await api.post("/api/token/refresh", content)).status_code == status


async def test_a_refresh_token_expires(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("api.authentication.tokens.REFRESH_TOKEN_LIFETIME", timedelta(0))
    tokens = await log_in(api)

    answer = await api.post("/api/token/refresh", {"refresh_token": tokens["refresh_token"]})

    assert answer.status_code == 401


async def test_logging_out_ends_every_session(api_anywhere: Api):
    tokens = await log_in(api_anywhere)

    answer = await use(api_anywhere, tokens["token"], "/api/token/revoke")

    assert answer.status_code == 204
    refreshed = await api_anywhere.post("/api/token/refresh", {"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401
    assert (await use(api_anywhere, tokens["token"])).status_code == 401


async def test_a_refresh_token_that_is_used_twice_at_once_gives_one_pair_or_ends_the_session(api_anywhere: Api):
    login = await log_in(api_anywhere)
    content = {"refresh_token": login["refresh_token"]}

    answers = await asyncio.gather(*(api_anywhere.post("/api/token/refresh", content) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 7]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    again = await api_anywhere.post("/api/token/refresh", {"refresh_token": won["refresh_token"]})
    assert again.status_code == 401


async def test_of_logins_at_the_same_time_as_another_password_none_survives_it(api_anywhere: Api):
    admin = await api_anywhere.database.access_read(lambda access: access.admins.named("admin"))
    tokens = api_anywhere.app.state.laurel.tokens

    async def log_in_by_the_old_password() -> dict | None:
        try:
            return await tokens.issue_to_admin(ADMIN_ID, password_hash=admin.password_hash)
        except NotAuthenticated:
            return None

    logins = [log_in_by_the_old_password() for _ in range(10)]
    *pairs, _, _ = await asyncio.gather(*logins, set_admin_password(api_anywhere.database, "new"), asyncio.sleep(0))
    api_anywhere.app.state.laurel.authenticator.clear_cache()

    statuses = {(await use(api_anywhere, pair["token"])).status_code for pair in pairs if pair}
    assert statuses <= {401}
    assert (
        await api_anywhere.database.access_read(lambda access: access.sessions.of(ADMIN_ID, now=admin.created_at)) == []
    )


# Members


@pytest.mark.parametrize("username", ["ANNA@example.com", "+48500100200", "C-1"])
async def test_a_member_with_a_password_logs_in_by_email_phone_or_card(api_anywhere: Api, username: str):
    member_id = await register(api_anywhere, phone="+48500100200", loyaltyCardNumber="C-1")

    tokens = await log_in(api_anywhere, "/api/DEFAULT/member/login_check", username=username, password="correct horse")

    assert (await use(api_anywhere, tokens["token"], f"/api/DEFAULT/member/{member_id}")).status_code == 200


async def test_a_member_without_a_password_cannot_log_in(api: Api):
    await api.report()

    answer = await api.post("/api/DEFAULT/member/login_check", {"username": "anna@example.com", "password": "nobody"})

    assert answer.status_code == 401


async def test_a_refresh_token_of_a_member_does_not_work_for_an_admin(api: Api):
    await register(api)
    tokens = await log_in(api, "/api/DEFAULT/member/login_check", username="anna@example.com", password="correct horse")

    as_admin = await api.post("/api/token/refresh", {"refresh_token": tokens["refresh_token"]})

    assert as_admin.status_code == 401


async def test_a_member_refreshes_in_their_own_store(api_anywhere: Api):
    await register(api_anywhere)
    path = "/api/DEFAULT/member/login_check"
    tokens = await log_in(api_anywhere, path, username="anna@example.com", password="correct horse")

    answer = await api_anywhere.post("/api/DEFAULT/token/refresh", {"refresh_token": tokens["refresh_token"]})

    assert jwt.decode(answer.json()["token"], options={"verify_signature": False})["role"] == "member"


async def test_a_member_sees_what_is_theirs_and_nothing_else(api: Api):
    own = await register(api)
    other = await register(api, email="bert@example.com")
    tokens = await log_in(api, "/api/DEFAULT/member/login_check", username="anna@example.com", password="correct horse")
    member = "/api/DEFAULT/member"

    async def status(path: str) -> int:
        return (await use(api, tokens["token"], path)).status_code

    seen = [
        f"{member}/{own}",
        f"{member}/{own}/status",
        f"{member}/{own}/achievement",
        f"{member}/email=anna@example.com",
    ]
    hidden = [f"{member}/{other}", f"{member}/{other}/status", f"{member}/email=nobody", member, EVENTS]
    hidden += ["/api/DEFAULT/webhook/subscription", "/api/admin/admin/api-key", "/api/DEFAULT/program"]
    assert [await status(path) for path in seen] == [200] * len(seen)
    assert [await status(path) for path in hidden] == [403] * len(hidden)


async def test_a_password_is_shown_nowhere(api: Api):
    member_id = await register(api)

    answer = await api.http.get(f"/api/DEFAULT/member/{member_id}")

    assert "assword" not in answer.text
    assert "argon2" not in answer.text


async def test_an_expired_token_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("api.authentication.tokens.ACCESS_TOKEN_LIFETIME", timedelta(seconds=-1))
    tokens = await log_in(api)

    answer = await use(api, tokens["token"])

    assert (answer.status_code, answer.json()["message"]) == (401, "Expired JWT Token.")
    assert datetime.now(UTC).timestamp() > jwt.decode(tokens["token"], options={"verify_signature": False})["exp"]
