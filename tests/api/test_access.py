"""Who may call what: every route as every kind of caller; `python -m tests.api.test_access` writes docs/access.md."""

import re

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route

from access import BUILT_IN_ROLES, Permission
from api.app import ROUTERS
from api.authentication.rules import Everyone, Needs, NeedsAllStores
from api.route_rules import RULES, UnruledRoute, check_rules
from loyalty.ids import new_id
from tests.kit.access import (
    COLUMNS,
    FOREIGN,
    MEMBER,
    OTHER_STORE,
    ROLES,
    Credentials,
    Operation,
    add_administrator,
    cell,
    operations,
)
from tests.kit.api import Api
from tests.kit.paths import ROOT

FILE = ROOT / "docs" / "access.md"

OPERATIONS = list(operations())
UNKNOWN = "0190f2a0-0000-7000-8000-00000000dead"


# The page


def tables() -> dict[str, str]:
    """The generated parts of the page, by the name of their markers."""
    names = [role.name for role in reversed(BUILT_IN_ROLES)]
    roles = [f"| {role.id} | `{role.name}` | {role.note} |" for role in BUILT_IN_ROLES]
    permissions = [
        f"| `{each}` | {each.permits} | "
        + " | ".join("yes" if each in role.permissions else "" for role in reversed(BUILT_IN_ROLES))
        + " |"
        for each in Permission
    ]
    routes = [
        f"| `{each.method}` | `{each.path}` | {' | '.join(cell(each, column) for column in COLUMNS)} |"
        for each in OPERATIONS
        if each.is_documented
    ]
    return {
        "roles": "\n".join(["| number | role | who has it |", "|---|---|---|", *roles]),
        "permissions": "\n".join(
            [f"| permission | permits to | {' | '.join(names)} |", f"|---|---|{'---|' * len(names)}", *permissions]
        ),
        "routes": "\n".join(
            [f"| method | path | {' | '.join(COLUMNS)} |", f"|---|---|{'---|' * len(COLUMNS)}", *routes]
        ),
    }


def _written(text: str) -> str:
    for name, table in tables().items():
        marked = re.compile(f"<!-- {name} -->.*<!-- /{name} -->", re.DOTALL)
        text = marked.sub(lambda _, name=name, table=table: f"<!-- {name} -->\n{table}\n<!-- /{name} -->", text)
    return text


def test_the_page_lists_every_role_permission_and_route():
    text = FILE.read_text()

    assert text == _written(text), "run: .venv/bin/python -m tests.api.test_access"


# The rules


async def test_every_route_of_the_app_has_a_rule(api: Api):
    paths = {route.path for route in api.app.routes if isinstance(route, Route | APIRoute)}

    ruled = {path for _, path in RULES}
    assert paths >= ruled
    assert [path for path in paths - ruled if path != "/openapi.json" and not path.startswith("/docs")] == []


def test_an_app_with_a_route_without_a_rule_or_without_a_login_does_not_start():
    routes = [route for router in ROUTERS for route in router.routes]
    operation = ("POST", "/api/{storeCode}/customEvent")

    with pytest.raises(UnruledRoute, match=r"add POST /api/\{storeCode\}/customEvent; remove nothing"):
        check_rules(routes, {key: rule for key, rule in RULES.items() if key != operation})
    with pytest.raises(UnruledRoute, match="remove GET /nowhere"):
        check_rules(routes, {**RULES, ("GET", "/nowhere"): Everyone()})
    with pytest.raises(UnruledRoute, match="GET /health/live authenticates nobody"):
        check_rules(routes, {**RULES, ("GET", "/health/live"): RULES[operation]})


def test_every_permission_is_needed_by_a_route_and_only_administrators_have_all():
    needed = {rule.permission for rule in RULES.values() if isinstance(rule, Needs | NeedsAllStores)}

    in_the_console = {Permission.VIEW_PERSONAL_DATA}  # what it permits is a part of pages
    assert needed | in_the_console == set(Permission)
    assert [role.name for role in BUILT_IN_ROLES if role.permissions == frozenset(Permission)] == ["administrator"]


def test_a_reporter_reports_and_a_viewer_changes_nothing():
    def allowed(column: str) -> list[str]:
        mine = "/admin/{admin}/settings"  # what administrators of every role keep for themselves
        found = [each for each in OPERATIONS if not isinstance(each.rule, Everyone) and mine not in each.path]
        return [str(each) for each in found if cell(each, column) == "yes"]

    store = "/api/{storeCode}/customEvent"
    reported = {f"POST {store}", f"POST {store}/batch", f"GET {store}/schema", f"GET {store}/schema/{{eventType}}"}
    assert set(allowed("reporter")) >= reported
    assert [each for each in allowed("reporter") if "{storeCode}" in each and each not in reported] == []
    tries = ("/simulate", "/simulate/test", "/preview")  # what is tried changes nothing
    changing = [each for each in allowed("viewer") if "{storeCode}" in each and not each.endswith(tries)]
    assert {each.split()[0] for each in changing} == {"GET"}


# Every cell


@pytest.fixture
async def callers(api: Api) -> dict[str, Credentials]:
    """An administrator of each column."""
    return {column: await add_administrator(api, column) for column in (*ROLES, FOREIGN)}


async def _call(api: Api, operation: Operation, authorization: str | None, **names: str) -> int:
    """The status of a call with a body that is valid JSON, and with ids of nothing unless they are given."""
    values = {"storeCode": "DEFAULT", "member": UNKNOWN, "revision": "999"} | names
    path = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], UNKNOWN), operation.path)
    api.http.headers.pop("Authorization", None)
    headers = {} if authorization is None else {"Authorization": authorization}
    body = None if operation.method in ("GET", "DELETE") else {}
    return (await api.http.request(operation.method, path, json=body, headers=headers)).status_code


def _shown(status: int) -> str:
    return str(status) if status in (401, 403) else "yes"


async def _login(api: Api, subject: str, store: str | None = None) -> str:
    tokens = api.app.state.laurel.tokens
    pair = await (tokens.issue_to_admin(subject) if store is None else tokens.issue_to_member(subject, store))
    return f"Bearer {pair['token']}"


async def test_a_stranger_gets_401_wherever_a_login_is_needed(api: Api):
    found = {
        (str(each), credential): _shown(await _call(api, each, credential))
        for each in OPERATIONS
        for credential in (None, "Bearer nonsense", "lrl_nonsense", "Basic YWRtaW46cGFzc3dvcmQ=")
    }

    by_name = {str(each): each for each in OPERATIONS}
    public = {key: "401" for key in found if key[0].endswith(("_check", "/refresh"))}  # they answer 401 to a bad body
    assert {key: shown for key, shown in found.items() if shown != cell(by_name[key[0]], "no login")} in ({}, public)


@pytest.mark.parametrize("column", [*ROLES, FOREIGN])
async def test_an_administrator_may_call_what_the_table_says(api: Api, callers: dict[str, Credentials], column: str):
    who = callers[column]

    found = {}
    for each in OPERATIONS:
        login, names = await _login(api, who.id), {"admin": who.username}
        found[each, None] = _shown(await _call(api, each, login, **names))
        found[each, "a key"] = _shown(await _call(api, each, who.key, **names))

    wrong = {f"{each} {key}": got for (each, key), got in found.items() if got != cell(each, column, key=key)}
    assert {name: got for name, got in wrong.items() if not _answers_a_bad_body_so(name)} == {}


def _answers_a_bad_body_so(name: str) -> bool:
    return name.split()[1].endswith(("login_check", "token/refresh"))


async def test_a_member_may_call_what_the_table_says_about_themselves_alone(api: Api):
    posted = [await api.post("/api/DEFAULT/member", {"customer": {"email": f"{name}@example.com"}}) for name in "ab"]
    own, other = [answer.json()["customerId"] for answer in posted]

    for each in OPERATIONS:
        login, expected = await _login(api, own, "DEFAULT"), cell(each, MEMBER).replace("own", "yes")
        assert _shown(await _call(api, each, login, member=own)) == expected, str(each)
        if "{member}" in each.path:
            assert await _call(api, each, login, member=other) == 403, str(each)


async def test_a_member_of_another_store_gets_403_whether_the_store_exists_or_not(api: Api):
    login = await _login(api, new_id(), OTHER_STORE)

    found = {
        (str(each), store): await _call(api, each, login, storeCode=store)
        for each in OPERATIONS
        for store in ("DEFAULT", "NOWHERE")
        if "{storeCode}" in each.path and not isinstance(each.rule, Everyone)
    }

    assert set(found.values()) == {403}


async def test_an_administrator_of_one_store_does_not_learn_which_others_exist(
    api: Api, callers: dict[str, Credentials]
):
    api.http.headers["Authorization"] = callers[FOREIGN].key

    answers = [await api.http.get(f"/api/{store}/member") for store in ("DEFAULT", "NOWHERE", "x" * 300)]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert len({answer.text for answer in answers}) == 1
    assert (await api.get("/api/store"))["items"] == []


if __name__ == "__main__":
    FILE.write_text(_written(FILE.read_text()))
