"""API keys: making, listing, deleting, and expiry."""

import pytest

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
