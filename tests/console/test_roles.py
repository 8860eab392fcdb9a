"""Who opens a page is offered no link and no button that answers 403, whatever their role permits."""

from html.parser import HTMLParser

from starlette.routing import Match, Route

from access import BUILT_IN_ROLES, Permission, Rights
from api.authentication.callers import AdminCaller
from api.authentication.rules import authorize
from api.http.errors import Forbidden
from console.app import ROUTERS
from console.route_rules import RULES
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import HOME, every_page, text_of, visiting
from tests.kit.every_resource import FILES, add_every_resource
from tests.kit.sent import answer_events, subscribe

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, Route)]
ROLES = {
    **{f"as {role.name}": role.permissions for role in BUILT_IN_ROLES},
    **{f"only {each.name}": frozenset({each}) for each in Permission},
    **{f"not {each.name}": frozenset(Permission) - {each} for each in Permission if each.access == "VIEW"},
}
MOST = 2
"""Pages of each route that are opened."""
NOT_SENT = ("/console/log-out", "/console/password", "/console/theme")
"""What would end the session, or is nobody's."""


class _Offers(HTMLParser):
    """The addresses to which a page leads, each with its method; forms with what a browser would send of them."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.sent: list[tuple[str, dict[str, str]]] = []
        self._url = url
        self._form: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self._form = {}
            self._offer("POST", given.get("action", self._url))
        elif tag == "form":
            self._offer("GET", given.get("action", self._url))
        if tag == "input" and given.get("type") == "hidden":
            self._form[given.get("name", "")] = given.get("value", "")
        for name in ("href", "hx-get"):
            self._offer("GET", given.get(name, ""))
        self._offer("POST", given.get("formaction", ""))

    def _offer(self, method: str, address: str) -> None:
        url = address.partition("#")[0]
        if not url.startswith("/console") or url.startswith("/console/static/"):
            return
        self.found.append((method, url))
        if method == "POST":
            self.sent.append((url, self._form))


def offers_of(url: str, text: str) -> _Offers:
    parser = _Offers(url.partition("?")[0])
    parser.feed(text)
    return parser


def route_of(method: str, url: str) -> str | None:
    scope = {"type": "http", "method": method, "path": url.partition("?")[0], "root_path": "", "headers": []}
    return next((route.path for route in ROUTES if route.matches(scope)[0] == Match.FULL), None)


async def some_of_each_kind(api: Api) -> list[str]:
    """A few pages of each route that an administrator reaches."""
    await api.deploy(**FILES)
    await subscribe(api, ["CustomerRegistered"])
    member = (await api.post("/api/DEFAULT/member", {"customer": {"email": "anna@example.com"}})).json()["customerId"]
    await add_every_resource(api, member)
    await api.report(type="app_login", body={"device": "ios"})
    await answer_events(api)
    async with visiting(api) as visitor:
        await visitor.log_in()
        pages = await every_page(visitor, f"{HOME}/members/{member}", "/console/audit-log")
    found: dict[str, list[str]] = {}
    for url in pages:
        route = route_of("GET", url)
        if route is not None and "_format=csv" not in url:
            found.setdefault(route, []).append(url)
    return [url for urls in found.values() for url in urls[:MOST]]


async def test_nothing_is_offered_that_is_refused(api: Api) -> None:
    pages = await some_of_each_kind(api)
    wrong: set[tuple[str, str, str, str]] = set()
    for name, permissions in ROLES.items():
        await add_administrator(api, name, role=await add_role(api, name.upper(), permissions))
        rights, offered, closed = Rights(permissions), set[tuple[str, str, str]](), set[tuple[str, str]]()
        async with visiting(api) as visitor:
            await visitor.log_in(name.replace(" ", "-"))
            for url in pages:
                if not is_allowed(rights, "GET", url) or (answer := await visitor.get(url)).status_code == 403:
                    closed.add(("GET", url))
                else:
                    offered |= {(route_of("GET", url) or "", *each) for each in offers_of(url, answer.text).found}
        assert offered
        wrong |= {(name, *each) for each in offered if each[1:] in closed or not is_allowed(rights, *each[1:])}
    assert sorted(wrong) == []


async def test_no_form_that_is_offered_is_refused_for_want_of_a_permission(api: Api) -> None:
    """The API's own rules, which stand behind those of pages, are met only when a form is sent."""
    pages = await some_of_each_kind(api)
    forms: dict[str, dict[str | None, tuple[str, dict[str, str]]]] = {}
    for role in reversed(BUILT_IN_ROLES):
        name = (await add_administrator(api, f"as {role.name}", role=role.id)).username
        async with visiting(api) as visitor:
            await visitor.log_in(name)
            offered = [offers_of(url, (await visitor.get(url)).text) for url in pages]
        forms[name] = {route_of("POST", path): (path, fields) for each in offered for path, fields in each.sent}
    for name, sent in forms.items():
        async with visiting(api) as visitor:
            await visitor.log_in(name)
            for path, fields in sent.values():
                if path not in NOT_SENT:
                    answer = await visitor.post(path, fields)
                    assert answer.status_code != 403, (name, path, text_of(answer))
                    assert answer.status_code < 500, (name, path, text_of(answer))


def is_allowed(rights: Rights, method: str, url: str) -> bool:
    route = route_of(method, url)
    assert route is not None, (method, url)
    try:
        authorize(
            RULES[method, route], AdminCaller("a", "a", rights, None), "DEFAULT" if "{storeCode}" in route else None
        )
    except Forbidden:
        return False
    return True
