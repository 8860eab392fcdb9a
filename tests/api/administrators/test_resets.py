"""Passwords of administrators who cannot log in, and the settings that administrators keep."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.authentication.tokens import digest
from tests.kit.access import add_administrator
from tests.kit.api import ADMIN_ID, Api, fault

RESET = "/api/admin/password/reset"
SETTINGS = "/api/DEFAULT/admin/admin/settings"


async def make_code(api: Api, code: str = "the-code", *, valid: timedelta = timedelta(hours=1)) -> None:
    expires_at = datetime.now(UTC) + valid
    await api.database.access_write(
        lambda access: access.password_resets.add(ADMIN_ID, digest(code), expires_at=expires_at)
    )


async def reset(api: Api, password: Any = "battery staple", code: str = "the-code") -> Any:
    return await api.post(RESET, {"token": code, "reset": {"plainPassword": password}}, headers={"Authorization": ""})


async def test_a_code_sets_the_password_once(api_anywhere: Api):
    await make_code(api_anywhere)

    answers = await asyncio.gather(*(reset(api_anywhere, f"password number {n}") for n in range(4)))

    (done,) = [n for n, each in enumerate(answers) if each.status_code == 204]
    assert [fault(each, "token")["code"] for each in answers if each.status_code != 204] == ["invalidCode"] * 3
    login = {"username": "admin", "password": f"password number {done}"}
    assert (await api_anywhere.post("/api/admin/login_check", login)).status_code == 200


@pytest.mark.parametrize("valid", [timedelta(0), timedelta(hours=-1)])
async def test_a_code_that_is_too_old_sets_nothing(api: Api, valid: timedelta):
    await make_code(api, valid=valid)

    assert fault(await reset(api), "token")["code"] == "invalidCode"
    login = {"username": "admin", "password": "password"}
    assert (await api.post("/api/admin/login_check", login)).status_code == 200


async def test_a_password_that_is_too_short_keeps_the_code(api: Api):
    await make_code(api)

    refused, done = await reset(api, "short"), await reset(api)

    assert (fault(refused, "reset.plainPassword")["code"], done.status_code) == ("stringTooShort", 204)


async def test_who_asks_for_a_reset_is_in_the_audit_log_and_learns_nothing(api_anywhere: Api):
    answers = [await api_anywhere.post(f"{RESET}/request", {"username": name}) for name in ("admin", "nobody")]

    assert [(each.status_code, each.text) for each in answers] == [(204, "")] * 2
    entries = (await api_anywhere.get("/api/audit/log"))["items"]
    assert [(each["eventType"], each["entityId"]) for each in entries] == [(f"POST {RESET}/request", ADMIN_ID)]


async def test_one_name_is_not_asked_for_without_end(api: Api):
    answers = [await api.post(f"{RESET}/request", {"username": "admin"}) for _ in range(12)]

    assert {each.status_code for each in answers} <= {204, 429}


async def test_an_administrator_keeps_settings_in_a_store(api_anywhere: Api):
    for value in ("a", "b"):
        assert (await api_anywhere.http.put(f"{SETTINGS}/columns", json={"value": value})).status_code == 204

    (kept,) = (await api_anywhere.get(SETTINGS))["items"]

    assert (kept["key"], kept["value"]) == ("columns", "b")
    assert (await api_anywhere.get(f"/api/OTHER/admin/{ADMIN_ID}/settings"))["items"] == []


async def test_settings_of_others_need_a_permission(api: Api):
    viewer = await add_administrator(api, "viewer")
    api.http.headers["Authorization"] = viewer.key

    own = await api.http.put("/api/DEFAULT/admin/viewer/settings/x", json={"value": "1"})
    others = [await api.http.get(SETTINGS), await api.http.put(f"{SETTINGS}/x", json={"value": "1"})]

    assert own.status_code == 204
    assert [each.status_code for each in others] == [403, 403]


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [("x", {}, 400), ("x", {"value": 1}, 400), ("x", {"value": "a" * 10_001}, 400), ("no spaces", {"value": ""}, 400)],
)
async def test_a_setting_that_cannot_be_is_refused(api: Api, key: str, body: Any, status: int):
    assert (await api.http.put(f"{SETTINGS}/{key}", json=body)).status_code == status
