"""A visitor of the console without a browser: pages and forms by HTTP, with cookies."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx2

from tests.kit.api import PASSWORD, Api

URL = "http://laurel"
HOME = "/console/stores/DEFAULT"
FROM_HERE = {"Origin": URL}
MAX_PAGES = 500
ELSEWHERE = ("/console/static/", "/console/log-out", f"{HOME}/simulate/test")
"""What is not opened: a test is made of an event whose member's past is whole, which a marked one is not."""
_LINK = re.compile(r'(?:href|hx-get)="(/console[^"#]*|\?[^"#]*)"')


class _Text(HTMLParser):
    """The text of a page, and the hidden fields of its forms."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"] or ""] = given["value"] or ""

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(answer: httpx2.Response) -> str:
    """The words of a page, with single spaces."""
    parser = _Text()
    parser.feed(answer.text)
    return " ".join(" ".join(parser.parts).split())


def hidden_of(answer: httpx2.Response) -> dict[str, str]:
    """The hidden fields of a page, by name."""
    parser = _Text()
    parser.feed(answer.text)
    return parser.hidden


@dataclass
class Visitor:
    """Somebody with a browser without scripts."""

    http: httpx2.AsyncClient

    async def log_in(self, username: str = "admin", password: str = PASSWORD) -> httpx2.Response:
        """Send the form to log in."""
        return await self.post("/console/log-in", {"_username": username, "_password": password, "_next": "/console"})

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        """Open a page."""
        return await self.http.get(path, **options)

    async def page(self, path: str, **options: Any) -> str:
        """The words of a page that opens."""
        answer = await self.get(path, **options)
        assert answer.status_code == 200, (answer.status_code, text_of(answer))
        return text_of(answer)

    async def post(self, path: str, fields: Mapping[str, Any] | None = None, **options: Any) -> httpx2.Response:
        """Send a form of a page of the console."""
        return await self.http.post(path, data=dict(fields or {}), **({"headers": FROM_HERE} | options))


@asynccontextmanager
async def visiting(api: Api) -> AsyncIterator[Visitor]:
    """Somebody who has not logged in yet."""
    transport = httpx2.ASGITransport(api.app)
    async with httpx2.AsyncClient(transport=transport, base_url=URL) as http:
        yield Visitor(http)


class _Forms(HTMLParser):
    """What a browser would send of each form of a page, without its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.forms.append({})
        if not self.forms:
            return
        match tag:
            case "input" if name and (given.get("type") != "checkbox" or "checked" in given):
                self.forms[-1][name] = given.get("value", "")
            case "select" | "textarea":
                self._open = name
                self.forms[-1][name] = ""
            case "option" if "selected" in given or not self.forms[-1][self._open]:
                self.forms[-1][self._open] = given.get("value", "")
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        self._open = "" if tag in ("select", "textarea") else self._open

    def handle_data(self, data: str) -> None:
        if self._open and self.lasttag == "textarea":
            self.forms[-1][self._open] += data.removeprefix("\n")


def form_of(answer: httpx2.Response, *, having: str) -> dict[str, str]:
    """What a browser would send of the last form of a page that has a field of this name."""
    parser = _Forms()
    parser.feed(answer.text)
    return [each for each in parser.forms if having in each][-1]


async def every_page(visitor: Visitor, *first: str) -> dict[str, str]:
    """The text of every page to which links lead from the overview and the first ones, by its address."""
    waiting, pages = [HOME, *first], dict[str, str]()
    while waiting and len(pages) < MAX_PAGES:
        url = waiting.pop(0)
        if url in pages or url.startswith(ELSEWHERE):
            continue
        answer = await visitor.get(url)
        assert answer.status_code in (200, 303, 400, 404), (url, answer.status_code, text_of(answer))
        pages[url] = answer.text
        if "text/html" in answer.headers.get("content-type", ""):
            links = (unescape(each) for each in _LINK.findall(answer.text))
            waiting += [url.partition("?")[0] + each if each.startswith("?") else each for each in links]
    assert len(pages) < MAX_PAGES
    return pages
