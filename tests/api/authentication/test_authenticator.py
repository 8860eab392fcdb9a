"""Credentials: the three ways to send one, and what is refused."""

import jwt
import pytest

from api.app import create_app
from tests.kit.api import ADMIN_ID, KEY, Api

PATH = "/api/DEFAULT/webhook/event"


async def ask(api: Api, **headers: str):
    api.http.headers.pop("Authorization", None)
    return await api.http.get(PATH, headers=headers)


@pytest.mark.parametrize("headers", [{"Authorization": KEY}, {"X-AUTH-TOKEN": KEY}, {"Authorization": f"Bearer {KEY}"}])
async def test_an_api_key_is_accepted_in_either_header(api_anywhere: Api, headers: dict):
    assert (await ask(api_anywhere, **headers)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Authentication Required"),
        ({"Authorization": ""}, "Authentication Required"),
        ({"Authorization": "Bearer "}, "Authentication Required"),
        ({"Authorization": "Bearer nonsense"}, "Invalid JWT Token"),
        ({"Authorization": "Basic YWRtaW46cGFzc3dvcmQ="}, "Invalid JWT Token"),
        ({"Authorization": "lrl_unknown"}, "Invalid API key"),
        ({"X-AUTH-TOKEN": "lrl_unknown"}, "Invalid API key"),
        ({"X-AUTH-TOKEN": "a.b.c"}, "Invalid JWT Token"),
    ],
)
async def test_missing_and_invalid_credentials_are_refused(api: Api, headers: dict, message: str):
    answer = await ask(api, **headers)

    assert (answer.status_code, answer.json()) == (401, {"code": 401, "message": message})
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_that_is_not_text_is_refused(api: Api):
    api.http.headers.pop("Authorization")

    answer = await api.http.get(PATH, headers=[(b"Authorization", b"Bearer \xff\xfe")])

    assert answer.status_code == 401


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
async def test_a_token_with_another_signature_is_refused(api: Api, algorithm: str):
    claims = {"sub": ADMIN_ID, "role": "admin", "sid": "s", "exp": 4102444800}
    forged = jwt.encode(claims, None if algorithm == "none" else "x" * 48, algorithm)

    assert (await ask(api, Authorization=f"Bearer {forged}")).status_code == 401


async def test_a_token_with_an_unknown_role_is_refused(api: Api):
    secret = await api.app.state.laurel.tokens._secret()
    token = jwt.encode({"sub": ADMIN_ID, "role": "root", "exp": 4102444800}, secret, "HS256")

    assert (await ask(api, Authorization=f"Bearer {token}")).status_code == 401


async def test_every_process_signs_with_the_same_long_secret(api_anywhere: Api):
    other = create_app(api_anywhere.app.state.laurel.services)

    secrets = {await app.state.laurel.tokens._secret() for app in (api_anywhere.app, other)}

    assert len(secrets) == 1
    assert len(secrets.pop().encode()) >= 32


async def test_an_unauthenticated_request_learns_nothing_about_its_body(api: Api):
    api.http.headers.pop("Authorization")

    answer = await api.http.post("/api/DEFAULT/customEvent", content="{")

    assert answer.status_code == 401


async def test_a_caller_is_cached_and_not_read_from_the_database_again(api: Api, monkeypatch):
    await ask(api, Authorization=KEY)

    async def away(*_):
        raise AssertionError("the database was asked")

    monkeypatch.setattr(api.database, "access_read", away)

    assert (await ask(api, Authorization=KEY)).status_code == 200


@pytest.mark.parametrize(
    "claims", [{}, {"sid": "unknown"}, {"sid": ["x"]}, {"sid": "unknown", "role": "member", "store": "DEFAULT"}]
)
async def test_a_token_without_a_session_is_refused(api: Api, claims: dict):
    secret = await api.app.state.laurel.tokens._secret()
    whole = {"sub": ADMIN_ID, "role": "admin", "exp": 4102444800} | claims

    assert (await ask(api, Authorization=f"Bearer {jwt.encode(whole, secret, 'HS256')}")).status_code == 401


async def test_a_caller_who_is_read_while_something_is_taken_away_is_not_cached(api: Api, monkeypatch):
    authenticator = api.app.state.laurel.authenticator
    read = api.database.access_read

    async def read_and_change(work):
        found = await read(work)
        authenticator.clear_cache()
        return found

    with monkeypatch.context() as patched:
        patched.setattr(api.database, "access_read", read_and_change)
        await ask(api, Authorization=KEY)

    assert authenticator._cache == {}
