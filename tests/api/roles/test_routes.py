"""Roles of one's own: made, changed and deleted, by nobody who could not do what they permit."""

import pytest

from tests.kit.access import add_administrator
from tests.kit.api import Api, fault

PATH = "/api/acl/role"
REPORT = {"resource": "CUSTOM_EVENT", "access": "MODIFY"}
SEARCH = {"resource": "CUSTOMER", "access": "VIEW"}


def role(*permissions: dict, name: str = "till") -> dict:
    return {"role": {"name": name, "permissions": list(permissions)}}


async def test_a_role_is_made_changed_and_deleted(api_anywhere: Api):
    number = (await api_anywhere.post(PATH, role(REPORT, SEARCH))).json()["roleId"]
    made = await api_anywhere.get(f"{PATH}/{number}")
    changed = await api_anywhere.http.put(f"{PATH}/till", json=role(REPORT, name="small till"))
    after = await api_anywhere.get(f"{PATH}/{number}")
    deleted = await api_anywhere.http.delete(f"{PATH}/{number}")

    assert made["permissions"] == [REPORT, SEARCH]
    assert (made["id"], made["name"], made["builtIn"], made["master"]) == (101, "till", False, False)
    assert (changed.status_code, after["name"], after["permissions"]) == (204, "small till", [REPORT])
    assert deleted.status_code == 204
    assert [each["name"] for each in (await api_anywhere.get(f"{PATH}?_orderBy[createdAt]=asc"))["items"]] == [
        "administrator",
        "designer",
        "support",
        "reporter",
        "viewer",
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("id=101", ["till"]),
        ("role=till", ["till"]),
        ("name[like]=er", ["viewer", "reporter", "designer"]),
        ("master=true", ["administrator"]),
        ("builtIn=false", ["till"]),
        ("builtIn=false&master=true", []),
        ("id=999", []),
    ],
)
async def test_roles_are_filtered_by_what_is_shown_of_them(api: Api, asked: str, found: list[str]):
    await api.post(PATH, role(REPORT))

    assert [each["name"] for each in (await api.get(f"{PATH}?{asked}"))["items"]] == found


async def test_those_who_have_a_role_have_at_once_what_it_permits_now(api: Api):
    number = (await api.post(PATH, role(REPORT))).json()["roleId"]
    key = {"Authorization": (await add_administrator(api, "till", role=number)).key}
    before = (await api.http.get("/api/DEFAULT/member", headers=key)).status_code

    await api.http.put(f"{PATH}/{number}", json=role(SEARCH))

    assert (before, (await api.http.get("/api/DEFAULT/member", headers=key)).status_code) == (403, 200)
    assert (await api.http.post("/api/DEFAULT/customEvent", json={}, headers=key)).status_code == 403


async def test_a_role_that_somebody_has_is_not_deleted(api: Api):
    number = (await api.post(PATH, role(REPORT))).json()["roleId"]
    await add_administrator(api, "till", role=number)

    assert fault(await api.http.delete(f"{PATH}/{number}"), "role")["code"] == "roleInUse"


@pytest.mark.parametrize("method", ["put", "delete"])
async def test_a_role_that_is_built_in_is_not_changed(api: Api, method: str):
    options = {"json": role(REPORT)} if method == "put" else {}

    answer = await api.http.request(method, f"{PATH}/viewer", **options)

    assert fault(answer, "role")["code"] == "builtInRole"


async def test_nobody_makes_or_changes_a_role_that_permits_more_than_they_may_do(api: Api):
    acl = [{"resource": "ACL", "access": access} for access in ("VIEW", "MODIFY")]
    number = (await api.post(PATH, role(*acl, REPORT, name="clerk"))).json()["roleId"]
    more = (await api.post(PATH, role(SEARCH, name="search"))).json()["roleId"]
    api.http.headers["Authorization"] = (await add_administrator(api, "clerk", role=number)).key

    made = await api.post(PATH, role(REPORT, SEARCH))
    own = await api.http.put(f"{PATH}/{number}", json=role(*acl, REPORT, SEARCH))
    lessened = await api.http.put(f"{PATH}/{more}", json=role())
    deleted = await api.http.delete(f"{PATH}/{more}")

    assert [answer.status_code for answer in (made, own, lessened, deleted)] == [403] * 4
    assert "CUSTOMER VIEW" in made.json()["message"]
    assert (await api.post(PATH, role(REPORT))).status_code == 201


async def test_an_administrator_of_one_store_does_not_change_roles(api: Api):
    scoped = await add_administrator(api, "scoped", store="DEFAULT")
    api.http.headers["Authorization"] = scoped.key

    assert (await api.post(PATH, role(REPORT))).status_code == 403
    assert (await api.http.get(PATH)).status_code == 200


@pytest.mark.parametrize(
    ("content", "path", "code"),
    [
        ({"name": "viewer", "permissions": []}, "role.name", "alreadyUsed"),
        ({"name": "", "permissions": []}, "role.name", "stringTooShort"),
        ({"name": "a"}, "role.permissions", "missing"),
        (
            {"name": "a", "permissions": [REPORT, {"resource": "CAMPAIGN", "access": "MODIFY"}]},
            "role.permissions.1",
            "unknownPermission",
        ),
        ({"name": "a", "permissions": [REPORT] * 101}, "role.permissions", "tooLong"),
    ],
)
async def test_an_invalid_role_is_refused(api: Api, content: dict, path: str, code: str):
    assert fault(await api.post(PATH, {"role": content}), path)["code"] == code


@pytest.mark.parametrize("named", ["999", "nobody", "9" * 30, "²"])
async def test_an_unknown_role_is_not_found(api: Api, named: str):
    assert (await api.http.get(f"{PATH}/{named}")).status_code == 404
    assert (await api.http.delete(f"{PATH}/{named}")).status_code == 404
