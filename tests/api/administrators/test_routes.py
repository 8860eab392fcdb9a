"""Administrators: made, changed and disabled, by nobody who could not do what they may."""

import asyncio

import pytest

from tests.kit.access import Credentials, add_administrator
from tests.kit.api import ADMIN_ID, Api, fault

PATH = "/api/admin/data"
KIM = {"email": "kim@example.com", "plainPassword": "correct horse", "roles": ["support"], "store": "DEFAULT"}


async def make(api: Api, **changed: object):
    return await api.post(PATH, {"admin": KIM | changed})


async def change(api: Api, name: str, **changed: object):
    return await api.http.put(f"{PATH}/{name}", json={"admin": changed})


async def log_in(api: Api, username: str, password: str):
    return await api.post("/api/admin/login_check", {"username": username, "password": password})


async def refresh(api: Api, login: dict) -> int:
    return (await api.post("/api/token/refresh", {"refresh_token": login["refresh_token"]})).status_code


async def test_an_administrator_is_made_and_may_do_what_the_role_permits(api_anywhere: Api):
    made = await make(api_anywhere)
    shown = await api_anywhere.get(f"{PATH}/kim@example.com")
    login = (await log_in(api_anywhere, "kim@example.com", "correct horse")).json()
    as_kim = {"Authorization": f"Bearer {login['token']}"}

    assert (shown["id"], shown["store"], shown["isActive"]) == (made.json()["adminId"], "DEFAULT", True)
    assert [role["name"] for role in shown["roles"]] == ["support"]
    assert "assword" not in str({name: value for name, value in shown.items() if name != "canChangePassword"})
    assert (await api_anywhere.http.get("/api/DEFAULT/member", headers=as_kim)).status_code == 200
    assert (await api_anywhere.http.post("/api/DEFAULT/program", json={}, headers=as_kim)).status_code == 403
    own = await api_anywhere.get("/api/admin/permissions", headers=as_kim)
    assert (own["superAdmin"], own["roles"], own["store"]) == (False, ["support"], "DEFAULT")


async def test_administrators_are_listed_the_newest_first(api: Api):
    await make(api)

    assert [each["username"] for each in (await api.get("/api/admin"))["items"]] == ["kim@example.com", "admin"]
    assert (await api.get("/api/admin?username[like]=kim"))["total"]["filtered"] == 1
    assert (await api.get("/api/admin?isActive=false"))["items"] == []


@pytest.mark.parametrize(
    "found",
    [
        f"id={ADMIN_ID.upper()}",
        "username=admin",
        "isActive=true&role=administrator&external=false",
        "role=1",
        "createdAt[lt]=2099-01-01&username[like]=adm",
    ],
)
async def test_administrators_are_filtered_by_what_is_shown_of_them(api: Api, found: str):
    await make(api)

    assert [each["username"] for each in (await api.get(f"/api/admin?{found}"))["items"]][-1] == "admin"
    for other in ("email[like]=kim@", "store=DEFAULT", "role=support"):
        assert [each["username"] for each in (await api.get(f"/api/admin?{other}"))["items"]] == ["kim@example.com"]
        assert (await api.get(f"/api/admin?{found}&{other}"))["items"] == []
    assert (await api.get("/api/admin?createdAt[gt]=2099-01-01"))["items"] == []
    assert fault(await api.http.get("/api/admin?createdAt=soon"), "createdAt")


async def test_a_disabled_administrator_loses_login_session_and_keys_at_once(api_anywhere: Api):
    kim = await add_administrator(api_anywhere, "support")
    login = (await log_in(api_anywhere, "support", "password")).json()
    held = [{"Authorization": each} for each in (kim.key, f"Bearer {login['token']}")]
    before = [(await api_anywhere.http.get("/api/DEFAULT/member", headers=each)).status_code for each in held]

    assert (await change(api_anywhere, "support", isActive=False)).status_code == 200

    after = [(await api_anywhere.http.get("/api/DEFAULT/member", headers=each)).status_code for each in held]
    assert (before, after) == ([200, 200], [401, 401])
    assert (await log_in(api_anywhere, "support", "password")).status_code == 401
    assert await refresh(api_anywhere, login) == 401


async def test_a_lesser_role_takes_from_keys_what_it_does_not_permit(api: Api):
    kim = await add_administrator(api, "support")
    add = "/api/DEFAULT/points/add"

    await change(api, "support", roles=["viewer"], store="DEFAULT")

    assert (await api.http.post(add, json={}, headers={"Authorization": kim.key})).status_code == 403
    assert (await api.http.get("/api/OTHER/member", headers={"Authorization": kim.key})).status_code == 403
    assert (await api.http.get("/api/DEFAULT/member", headers={"Authorization": kim.key})).status_code == 200


async def test_an_administrator_changes_the_own_password_and_every_session_ends(api_anywhere: Api):
    login = (await log_in(api_anywhere, "admin", "password")).json()
    headers = {"Authorization": f"Bearer {login['token']}"}
    passwords = {"currentPassword": "password", "plainPassword": "battery staple"}

    wrong = await api_anywhere.http.put(
        "/api/admin/password", json=passwords | {"currentPassword": "guess"}, headers=headers
    )
    done = await api_anywhere.http.put("/api/admin/password", json=passwords, headers=headers)

    assert fault(wrong, "currentPassword")["code"] == "wrongPassword"
    assert done.status_code == 204
    assert await refresh(api_anywhere, login) == 401
    assert (await log_in(api_anywhere, "admin", "password")).status_code == 401
    assert (await log_in(api_anywhere, "admin", "battery staple")).status_code == 200


async def test_guesses_at_the_present_password_are_limited(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("api.authentication.login_rate_limiter.MAX_WAIT", 0.0)
    monkeypatch.setattr(api.app.state.laurel.login_rate_limiter, "_clock", lambda: 0.0)
    login = (await log_in(api, "admin", "password")).json()
    guess = {"currentPassword": "guess", "plainPassword": "battery staple"}
    headers = {"Authorization": f"Bearer {login['token']}"}

    found = [(await api.http.put("/api/admin/password", json=guess, headers=headers)).status_code for _ in range(11)]

    assert found == [400] * 10 + [429]


async def test_nobody_makes_or_changes_an_administrator_who_may_do_more_than_they(api: Api):
    resources = ("ADMIN", "API_KEY")
    permissions = [{"resource": name, "access": access} for name in resources for access in ("VIEW", "MODIFY")]
    role = {"name": "clerk", "permissions": permissions}
    number = (await api.post("/api/acl/role", {"role": role})).json()["roleId"]
    clerk = await add_administrator(api, "clerk", role=number)
    api.http.headers["Authorization"] = clerk.key

    refused = [
        await make(api),
        await change(api, "admin", plainPassword="new password"),
        await change(api, "admin", isActive=False),
        await change(api, "clerk", roles=["administrator"]),
        await api.post("/api/admin/admin/api-key", {"apiKey": {"name": "mine"}}),
        await api.post("/api/admin/clerk/api-key", {"apiKey": {"name": "mine", "role": "administrator"}}),
    ]

    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert (await make(api, roles=[number], store=None)).status_code == 200


async def test_an_administrator_of_one_store_gives_access_to_that_store_alone(api: Api):
    scoped = await add_administrator(api, "scoped", store="DEFAULT")
    api.http.headers["Authorization"] = scoped.key

    made = await make(api)
    refused = [
        await make(api, email="a@b.c", store=None),
        await make(api, email="a@b.c", store="NOWHERE"),
        await change(api, "kim@example.com", store=None),
        await api.post("/api/admin/scoped/api-key", {"apiKey": {"name": "x", "store": "NOWHERE"}}),
    ]
    hidden = [await api.http.get(f"{PATH}/admin"), await change(api, ADMIN_ID, isActive=False)]

    assert made.status_code == 200
    assert [answer.status_code for answer in refused] == [403] * 4
    assert [answer.status_code for answer in hidden] == [404] * 2
    assert [each["username"] for each in (await api.get("/api/admin"))["items"]] == ["kim@example.com", "scoped"]


@pytest.mark.parametrize("change_it", [{"isActive": False}, {"roles": ["viewer"]}, {"store": "DEFAULT"}])
async def test_the_last_administrator_of_everything_stays(api: Api, change_it: dict):
    assert fault(await change(api, "admin", **change_it), "admin")["code"] == "lastAdministrator"

    await make(api, roles=["administrator"], store=None)

    assert (await change(api, "admin", **change_it)).status_code == 200


async def test_of_administrators_who_disable_themselves_at_once_one_stays(api_anywhere: Api):
    others = [await add_administrator(api_anywhere, f"admin{number}", role=1) for number in range(4)]
    await api_anywhere.http.put(
        f"{PATH}/admin", json={"admin": {"isActive": False}}, headers={"Authorization": others[0].key}
    )

    async def disable(who: Credentials):
        headers = {"Authorization": who.key}
        return await api_anywhere.http.put(
            f"{PATH}/{who.username}", json={"admin": {"isActive": False}}, headers=headers
        )

    answers = await asyncio.gather(*map(disable, others))

    active = await api_anywhere.database.access_read(
        lambda access: [each.username for each in access.admins.all() if each.active]
    )
    assert (len(active), sorted(answer.status_code for answer in answers)) == (1, [200, 200, 200, 400])


@pytest.mark.parametrize(
    ("changed", "path", "code"),
    [
        ({"email": None}, "admin.email", "missing"),
        ({"plainPassword": "short"}, "admin.plainPassword", "stringTooShort"),
        ({"roles": ["king"]}, "admin.roles", "unknownRole"),
        ({"roles": [77]}, "admin.roles", "unknownRole"),
        ({"roles": ["viewer", "support"]}, "admin.roles", "tooLong"),
        ({"roles": []}, "admin.roles", "tooShort"),
        ({"store": "NOWHERE"}, "admin.store", "unknownStore"),
        ({"username": "admin"}, "admin.username", "alreadyUsed"),
        ({"email": "admin"}, "admin.email", "alreadyUsed"),
    ],
)
async def test_an_invalid_administrator_is_refused(api: Api, changed: dict, path: str, code: str):
    content = {name: value for name, value in (KIM | changed).items() if value is not None}

    assert fault(await api.post(PATH, {"admin": content}), path)["code"] == code


@pytest.mark.parametrize("number", [-1, 2**31, 10**15])
async def test_a_number_that_no_role_can_have_is_refused(api_anywhere: Api, number: int):
    answer = await api_anywhere.post(PATH, {"admin": KIM | {"roles": [number]}})

    assert fault(answer, "admin.roles")["code"] == "unknownRole"


async def test_the_own_password_needs_the_present_one(api: Api):
    assert (
        fault(await change(api, "admin", plainPassword="new password"), "admin.plainPassword")["code"] == "ownPassword"
    )


async def test_an_unknown_administrator_is_not_found(api: Api):
    assert (await api.http.get(f"{PATH}/nobody")).status_code == 404
    assert (await change(api, "nobody", isActive=False)).status_code == 404
