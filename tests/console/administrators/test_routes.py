"""Pages of administrators and roles."""

from tests.kit.api import PASSWORD, Api
from tests.kit.console import Visitor, hidden_of, visiting

ADMINISTRATORS = "/console/administrators"
KIM = {
    "admin.email": "kim@example.com",
    "admin.plainPassword": "correct horse battery",
    "admin.roles.0": "support",
    "admin.store": "DEFAULT",
    "admin.isActive": "true",
}


async def test_an_administrator_is_added_changed_and_kept_out(api: Api, visitor: Visitor) -> None:
    refused = await visitor.post(f"{ADMINISTRATORS}/new", KIM | {"admin.plainPassword": "short"})
    made = await visitor.post(f"{ADMINISTRATORS}/new", KIM)
    kim = next(each for each in (await api.get("/api/admin"))["items"] if each["email"] == "kim@example.com")
    changed = {name: value for name, value in KIM.items() if name != "admin.isActive"} | {"admin.plainPassword": ""}
    disabled = await visitor.post(f"{ADMINISTRATORS}/{kim['id']}", changed)
    async with visiting(api) as theirs:
        log_in = await theirs.log_in("kim@example.com", "correct horse battery")

    assert refused.status_code == 400
    assert 'id="f-admin-plainPassword-error"' in refused.text
    assert "short" not in refused.text
    assert (made.status_code, disabled.status_code, log_in.status_code) == (303, 303, 401)
    assert "kim@example.com" in await visitor.page(ADMINISTRATORS)
    assert 'value="kim@example.com"' in (await visitor.get(f"{ADMINISTRATORS}/{kim['id']}")).text


async def test_a_role_is_added_and_changed_and_a_built_in_one_is_only_shown(api: Api, visitor: Visitor) -> None:
    key = hidden_of(await visitor.get("/console/roles/new"))["_key"]

    made = await visitor.post("/console/roles/new", {"_key": key, "role.name": "till", "_permission": "CUSTOMER VIEW"})
    again = await visitor.post("/console/roles/new", {"role.name": "till", "_permission": "CUSTOMER VIEW"})
    till = next(each for each in (await api.get("/api/acl/role"))["items"] if each["name"] == "till")
    path = f"/console/roles/{till['id']}"
    changed = await visitor.post(path, {"role.name": "till", "_permission": ["CUSTOMER VIEW", "CUSTOM_EVENT VIEW"]})
    built_in = await visitor.post("/console/roles/1", {"role.name": "x"})

    assert (made.status_code, changed.status_code) == (303, 303)
    assert 400 <= again.status_code < 500
    assert 400 <= built_in.status_code < 500
    assert len((await api.get(f"/api/acl/role/{till['id']}"))["permissions"]) == 2
    assert "till" in await visitor.page("/console/roles")
    assert "built in" in (await visitor.page("/console/roles/1")).lower()


async def test_ones_own_password_is_changed_and_every_session_ends(api: Api, visitor: Visitor) -> None:
    new = "another horse battery"

    wrong = await visitor.post("/console/password", {"currentPassword": "no", "plainPassword": new})
    done = await visitor.post("/console/password", {"currentPassword": PASSWORD, "plainPassword": new})
    after = await visitor.get("/console/audit-log")
    async with visiting(api) as again:
        log_in = await again.log_in("admin", new)

    assert wrong.status_code == 400
    assert (done.status_code, after.status_code, log_in.status_code) == (303, 401, 303)
