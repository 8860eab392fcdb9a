"""Sessions of administrators: listed, and ended by oneself or by who may."""

from tests.kit.access import add_administrator
from tests.kit.api import Api


async def log_in(api: Api, username: str) -> dict[str, str]:
    answer = await api.post("/api/admin/login_check", {"username": username, "password": "password"})
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def test_an_administrator_sees_the_own_sessions_and_ends_one(api_anywhere: Api):
    await add_administrator(api_anywhere, "viewer")
    first, second = [await log_in(api_anywhere, "viewer") for _ in range(2)]
    path = "/api/admin/viewer/session"

    listed = (await api_anywhere.get(path, headers=second))["items"]
    ended = await api_anywhere.http.delete(f"{path}/{listed[1]['sessionId']}", headers=second)

    assert [(each["current"], each["address"]) for each in listed] == [(True, "127.0.0.1"), (False, "127.0.0.1")]
    assert ended.status_code == 204
    assert (await api_anywhere.http.get("/api/store", headers=first)).status_code == 401
    assert (await api_anywhere.http.get("/api/store", headers=second)).status_code == 200
    assert (await api_anywhere.http.delete(f"{path}/{listed[1]['sessionId']}", headers=second)).status_code == 404


async def test_sessions_of_others_need_a_permission(api: Api):
    await add_administrator(api, "viewer")
    await add_administrator(api, "administrator")
    viewer, boss, admin = [await log_in(api, name) for name in ("viewer", "administrator", "admin")]
    (session,) = (await api.get("/api/admin/viewer/session", headers=admin))["items"]

    refused = await api.http.get("/api/admin/admin/session", headers=viewer)
    path = f"/api/admin/viewer/session/{session['sessionId']}"
    by_another_name = await api.http.delete(path.replace("viewer", "admin"), headers=boss)
    ended = await api.http.delete(path, headers=boss)

    assert [answer.status_code for answer in (refused, by_another_name, ended)] == [403, 404, 204]
    assert (await api.http.get("/api/store", headers=viewer)).status_code == 401
