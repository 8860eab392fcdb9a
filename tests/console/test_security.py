"""What every page is held to: log-in, CSRF, headers, permissions, and what a session outlives."""

from datetime import timedelta

import pytest
from starlette.routing import Route

from api.authentication.rules import AnyAdministrator, Everyone, authorize
from api.http.errors import Forbidden
from api.route_rules import UnruledRoute, check_rules
from console.app import ROUTERS
from console.pages.log_in_page import own_path
from console.pages.page import AUTHENTICATING
from console.route_rules import RULES
from database import Access
from database.console_sessions import IDLE
from tests.kit.access import FOREIGN, ROLES, add_administrator, caller_of
from tests.kit.api import ADMIN_ID, PASSWORD, Api
from tests.kit.console import HOME, Visitor, hidden_of, text_of, visiting

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, Route)]
PAGES = sorted(path for method, path in RULES if method == "GET" and not isinstance(RULES[method, path], Everyone))
POSTS = sorted(path for method, path in RULES if method == "POST")
UNKNOWN = "0190f2a0-0000-7000-8000-00000000dead"


def url_of(path: str, store: str = "DEFAULT") -> str:
    """A URL of a route, about things that there are not."""
    steps = [UNKNOWN if step.startswith("{") else step for step in path.replace("{storeCode}", store).split("/")]
    return "/".join(steps)


def test_every_route_has_a_rule() -> None:
    check_rules(ROUTES, RULES, authenticating=AUTHENTICATING)

    with pytest.raises(UnruledRoute, match="GET /console/log-in"):
        check_rules(ROUTES, {key: rule for key, rule in RULES.items() if key != ("GET", "/console/log-in")})


async def test_every_page_asks_for_a_log_in(api: Api) -> None:
    async with visiting(api) as visitor:
        for path in PAGES:
            answer = await visitor.get(url_of(path))

            assert answer.status_code == 401, path
            assert "Log in" in text_of(answer)
            assert hidden_of(answer)["_next"] == url_of(path)


@pytest.mark.parametrize("role", [*ROLES, FOREIGN])
async def test_who_may_open_what(api: Api, role: str) -> None:
    username = (await add_administrator(api, role)).username
    async with visiting(api) as visitor:
        await visitor.log_in(username)
        for (method, path), rule in RULES.items():
            if isinstance(rule, Everyone | AnyAdministrator) and "{storeCode}" not in path:
                continue
            try:
                authorize(rule, caller_of(role), "DEFAULT" if "{storeCode}" in path else None)
                allowed = True
            except Forbidden:
                allowed = False
            answer = await (visitor.get(url_of(path)) if method == "GET" else visitor.post(url_of(path)))
            assert (answer.status_code != 403) == allowed, (method, path, answer.status_code)
            assert answer.status_code < 500, (method, path)
            if not allowed:
                assert "permission" in text_of(answer) or "limited to" in text_of(answer)
        assert (await visitor.get("/console/session")).status_code == 204, "a refusal logs nobody out"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://laurel"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {},
    ],
)
async def test_other_sites_send_no_forms(visitor: Visitor, headers: dict[str, str]) -> None:
    for path in POSTS:
        answer = await visitor.post(url_of(path), headers=headers)

        assert answer.status_code == 403, path
        assert "not sent from a page of this console" in text_of(answer)


async def test_a_page_carries_its_policy(visitor: Visitor) -> None:
    answers = [await visitor.get(HOME) for _ in range(2)]

    policies = {answer.headers["content-security-policy"] for answer in answers}
    assert len(policies) == 2, "the nonce is of each request"
    for policy in policies:
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert " style=" not in answer.text
        assert " onclick" not in answer.text


async def test_files_are_kept_by_their_hash(visitor: Visitor) -> None:
    page = (await visitor.get(HOME)).text
    url = page.split('src="')[1].split('"')[0]

    file = await visitor.get(url)

    assert file.status_code == 200
    assert "immutable" in file.headers["cache-control"]
    assert file.headers["x-content-type-options"] == "nosniff"
    assert (await visitor.get(url.replace(url.split("/")[3], "0" * 20))).status_code == 404
    assert (await visitor.get("/console/static/x/../../app.py")).status_code == 404


async def test_the_cookie_cannot_be_read_by_scripts(api: Api) -> None:
    async with visiting(api) as visitor:
        answer = await visitor.log_in()
        cookie = answer.headers["set-cookie"]
        over_https = await visitor.post(
            "https://laurel/console/log-in",
            {"_username": "admin", "_password": PASSWORD},
            headers={"Origin": "https://laurel"},
        )

    assert answer.status_code == 303
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    secure = over_https.headers["set-cookie"]
    assert secure.startswith("__Host-laurel=")
    assert "; Secure" in secure


async def test_the_database_keeps_a_hash_alone(api: Api, visitor: Visitor) -> None:
    token = visitor.http.cookies["laurel"]

    def hashes(access: Access) -> list[str]:
        return [row[0] for row in access.connection.exec_driver_sql("SELECT hash FROM console_session")]

    assert token not in await api.database.access_write(hashes)


@pytest.mark.parametrize("way", ["password", "disabled", "idle", "over", "log out", "ended by another"])
async def test_a_session_ends(api: Api, visitor: Visitor, way: str) -> None:
    def end(access: Access) -> None:
        match way:
            case "password" | "disabled" | "ended by another":
                access.sessions.end_all_of(ADMIN_ID)
            case "idle":
                seen = access.connection.exec_driver_sql("SELECT seen_at FROM console_session").scalar()
                assert seen is not None
                from sqlalchemy import update

                from database.tables import console_session

                old = console_session.c.seen_at
                row = access.connection.execute(console_session.select()).one()
                access.connection.execute(update(console_session).values({old: row.seen_at - IDLE}))
            case "over":
                from sqlalchemy import update

                from database.tables import session

                row = access.connection.execute(session.select()).one()
                access.connection.execute(update(session).values(expires_at=row.created_at - timedelta(seconds=1)))

    if way == "log out":
        await visitor.post("/console/log-out")
    else:
        await api.database.access_write(end)

    assert (await visitor.get(HOME)).status_code == 401


async def test_a_form_outlives_its_session(api: Api, visitor: Visitor) -> None:
    await api.report(eventId="one")
    event = (await api.get("/api/DEFAULT/customEvent"))["items"][0]["customEventId"]
    await api.database.access_write(lambda access: access.sessions.end_all_of(ADMIN_ID))

    asked = await visitor.post(f"{HOME}/events/{event}/retry", {"revision": "current"})
    fields = hidden_of(asked)
    wrong = await visitor.post(
        f"{HOME}/events/{event}/retry", fields | {"_username": "admin", "_password": "not this one"}
    )
    done = await visitor.post(f"{HOME}/events/{event}/retry", fields | {"_username": "admin", "_password": PASSWORD})

    assert (asked.status_code, fields["revision"]) == (401, "current")
    assert (wrong.status_code, hidden_of(wrong)["revision"]) == (401, "current")
    assert (done.status_code, done.headers["location"]) == (303, f"{HOME}/events/{event}")
    assert (await visitor.get(HOME)).status_code == 200


async def test_the_name_stays_when_the_password_is_wrong(api: Api) -> None:
    async with visiting(api) as visitor:
        answer = await visitor.log_in('anna"@example.com', "not this one")

    assert answer.status_code == 401
    assert 'value="anna&#34;@example.com"' in answer.text
    assert "not this one" not in answer.text


async def test_guesses_are_slowed_down_as_those_of_the_api(api: Api) -> None:
    async with visiting(api) as visitor:
        limiter = api.app.state.laurel.login_rate_limiter

        async def no_sleep(_seconds: float) -> None:
            return None

        limiter._sleep = no_sleep
        statuses = [(await visitor.log_in(password=f"guess {number}")).status_code for number in range(20)]

    assert statuses[0] == 401
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("/console/stores/DEFAULT/events?status=failed", "/console/stores/DEFAULT/events?status=failed"),
        ("https://evil.example/console", "/console"),
        ("//evil.example/console", "/console"),
        ("/console\\@evil.example", "/console"),
        ("/console/\\evil.example", "/console"),
        ("/consoleevil", "/console"),
        ("/api/DEFAULT/member", "/console"),
    ],
)
def test_a_log_in_leads_to_pages_of_the_console_alone(path: str, opened: str) -> None:
    assert own_path(path) == opened
