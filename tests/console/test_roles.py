"""Who opens a page is offered no link and no button that answers 403, whatever their role permits."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser

import pytest
from starlette.routing import Match, Route

from access import BUILT_IN_ROLES, Permission, Rights
from api.authentication.callers import AdminCaller
from api.authentication.rules import authorize
from api.http.errors import Forbidden
from console.app import ROUTERS
from console.pages import rendering
from console.route_rules import RULES
from console.sections import Section
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, every_page, text_of, visiting
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


@cache
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


@dataclass
class Shown:
    """What a page showed to somebody, and the answers to what it asked of their permissions."""

    answers: Mapping[Permission, bool]
    offers: frozenset[tuple[str, str]] | None
    """None: it was refused."""

    def is_shown_to(self, permissions: frozenset[Permission]) -> bool:
        """Whether somebody with these permissions is shown the same, since each answer is."""
        return all((each in permissions) == answer for each, answer in self.answers.items())


def noting(patch: pytest.MonkeyPatch) -> dict[Permission, bool]:
    """The answers to all that is asked of permissions from now on, but for the menu, which is on every page."""
    asked: dict[Permission, bool] = {}
    allow, cover, sections = Rights.allow, Rights.cover, rendering.sections_of

    def allowing(rights: Rights, permission: Permission) -> bool:
        asked[permission] = allow(rights, permission)
        return asked[permission]

    def covering(rights: Rights, other: Rights) -> bool:
        asked.update({each: each in rights.permissions for each in Permission})
        return cover(rights, other)

    def menu(caller: AdminCaller, store: str | None) -> list[Section]:
        before = dict(asked)
        shown = sections(caller, store)
        asked.clear()
        asked.update(before)
        return shown

    patch.setattr(Rights, "allow", allowing)
    patch.setattr(Rights, "cover", covering)
    patch.setattr(rendering, "sections_of", menu)
    return asked


async def test_nothing_is_offered_that_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = await some_of_each_kind(api)
    asked, shown = noting(monkeypatch), defaultdict[str, list[Shown]](list)
    wrong: set[tuple[str, str, str, str]] = set()
    for name, permissions in ROLES.items():
        await add_administrator(api, name, role=await add_role(api, name.upper(), permissions))
        rights, closed = Rights(permissions), set[tuple[str, str]]()
        async with visiting(api) as visitor:
            await visitor.log_in(name.replace(" ", "-"))
            menu = offers_of(HOME, (await visitor.get(HOME)).text).found
            offered = {(HOME, *each) for each in menu}
            for url in pages:
                if not is_allowed(rights, "GET", url):
                    closed.add(("GET", url))
                    continue
                if not any(each.is_shown_to(permissions) for each in shown[url]):
                    shown[url].append(await opened(visitor, url, asked))
                found = next(each for each in shown[url] if each.is_shown_to(permissions)).offers
                if found is None:
                    closed.add(("GET", url))
                else:
                    offered |= {(route_of("GET", url) or "", *each) for each in found}
        assert menu
        wrong |= {(name, *each) for each in offered if each[1:] in closed or not is_allowed(rights, *each[1:])}
    assert sorted(wrong) == []


async def opened(visitor: Visitor, url: str, asked: dict[Permission, bool]) -> Shown:
    """What a page shows to somebody, without its menu."""
    asked.clear()
    answer = await visitor.get(url)
    before, main, content = answer.text.partition('<main id="main"')
    offers = offers_of(url, content if main else before).found
    return Shown(dict(asked), None if answer.status_code == 403 else frozenset(offers))


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
