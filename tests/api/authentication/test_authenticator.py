"""Tokens and keys: the three ways to show one, and what is refused."""

import jwt
import pytest

from api.app import create_app
from tests.api.conftest import ADMIN_ID, KEY, Api

PATH = "/api/DEFAULT/webhook/event"
KEYS = "/api/admin/admin/api-key"


async def ask(api: Api, **headers: str):
    api.http.headers.pop("Authorization", None)
    return await api.http.get(PATH, headers=headers)


@pytest.mark.parametrize("headers", [{"Authorization": KEY}, {"X-AUTH-TOKEN": KEY}, {"Authorization": f"Bearer {KEY}"}])
async def test_an_api_key_is_accepted_wherever_clients_put_it(api_anywhere: Api, headers: dict):
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
async def test_whoever_shows_nothing_we_know_is_refused(api: Api, headers: dict, message: str):
    answer = await ask(api, **headers)

    assert (answer.status_code, answer.json()) == (401, {"code": 401, "message": message})
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_bytes_that_are_no_text_are_refused(api: Api):
    api.http.headers.pop("Authorization")

    answer = await api.http.get(PATH, headers=[(b"Authorization", b"Bearer \xff\xfe")])

    assert answer.status_code == 401


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
async def test_a_token_that_somebody_else_signed_is_refused(api: Api, algorithm: str):
    claims = {"sub": ADMIN_ID, "role": "admin", "exp": 4102444800}
    forged = jwt.encode(claims, None if algorithm == "none" else "x" * 48, algorithm)

    assert (await ask(api, Authorization=f"Bearer {forged}")).status_code == 401


async def test_a_token_of_no_known_role_is_refused(api: Api):
    secret = await api.app.state.laurel.tokens._secret()
    token = jwt.encode({"sub": ADMIN_ID, "role": "root", "exp": 4102444800}, secret, "HS256")

    assert (await ask(api, Authorization=f"Bearer {token}")).status_code == 401


async def test_every_process_signs_with_the_same_long_secret(api_anywhere: Api):
    other = create_app(api_anywhere.app.state.laurel.services)

    secrets = {await app.state.laurel.tokens._secret() for app in (api_anywhere.app, other)}

    assert len(secrets) == 1
    assert len(secrets.pop().encode()) >= 32


async def test_whoever_is_refused_is_not_told_what_is_wrong_with_the_body(api: Api):
    api.http.headers.pop("Authorization")

    answer = await api.http.post("/api/DEFAULT/customEvent", content="{")

    assert answer.status_code == 401


async def test_a_caller_once_known_is_believed_for_a_while_without_asking_the_database(api: Api, monkeypatch):
    await ask(api, Authorization=KEY)

    async def away(*_):
        raise AssertionError("the database was asked")

    monkeypatch.setattr(api.database, "access_read", away)

    assert (await ask(api, Authorization=KEY)).status_code == 200


# API keys


async def make(api: Api, **changed: str | None):
    key = {"name": "till-7"} | changed
    return await api.post(KEYS, {"apiKey": key})


async def test_an_api_key_is_shown_once_and_works(api_anywhere: Api):
    made = (await make(api_anywhere)).json()
    listed = await api_anywhere.get(KEYS)

    assert made["token"].startswith("lrl_")
    assert (made["adminId"], made["name"], made["legacy"]) == (ADMIN_ID, "till-7", False)
    assert made["apiKeyId"] in [item["apiKeyId"] for item in listed["items"]]
    assert made["token"] not in str(listed)
    assert (await ask(api_anywhere, **{"X-AUTH-TOKEN": made["token"]})).status_code == 200


async def test_an_admin_is_named_by_id_or_name(api: Api):
    by_name = await api.get(KEYS)

    by_id = await api.get(f"/api/admin/{ADMIN_ID.upper()}/api-key")

    assert by_id == by_name


async def test_a_deleted_key_works_no_more_from_that_moment(api_anywhere: Api):
    made = (await make(api_anywhere)).json()
    headers = {"Authorization": made["token"]}
    assert (await api_anywhere.http.get(PATH, headers=headers)).status_code == 200

    deleted = await api_anywhere.http.delete(f"{KEYS}/{made['apiKeyId']}")

    assert deleted.status_code == 204
    assert (await api_anywhere.http.get(PATH, headers=headers)).status_code == 401
    assert (await api_anywhere.http.delete(f"{KEYS}/{made['apiKeyId']}")).status_code == 404


async def test_a_key_works_until_it_expires(api: Api, monkeypatch: pytest.MonkeyPatch):
    made = (await make(api, expirationDate="2099-01-01")).json()
    assert made["expirationDate"] == "2099-01-01T00:00:00.000+00:00"

    await api.database.access_write(
        lambda access: access.connection.exec_driver_sql("UPDATE api_key SET expires_at = '2020-01-01 00:00:00'")
    )

    answer = await ask(api, Authorization=made["token"])
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
async def test_a_key_that_makes_no_sense_is_refused(api: Api, changed: dict, path: str):
    answer = await make(api, **changed)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, path)


async def test_the_keys_of_an_admin_nobody_knows_are_not_found(api: Api):
    assert (await api.http.get("/api/admin/nobody/api-key")).status_code == 404


async def test_a_key_cannot_log_its_admin_out(api: Api):
    assert (await api.http.get("/api/token/revoke")).status_code == 403
