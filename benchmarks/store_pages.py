"""The pages of a store: every list of its API with each filter, and the console; how long each takes to answer."""

import re
import statistics
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any

from benchmarks.served import Served
from console.route_rules import RULES

ROUNDS = 5
PAGE_SECONDS = 60.0
_BEYOND = {"like": "nobody-has-this", "gt": "2199-01-01", "gte": "2199-01-01", "lt": "1999-01-01", "lte": "1999-01-01"}
_BEYOND_NUMBERS = {"gt": "1e9", "gte": "1e9", "lt": "-1e9", "lte": "-1e9"}
"""Values that no item satisfies, by the operator."""


@dataclass(frozen=True)
class Page:
    """The path of a page, and the medians of what it took: on the client's clock, and of the servers' processors."""

    path: str
    seconds: float
    processor: float


def pages(laurel: Served, processor: Callable[[], float]) -> Iterator[Page]:
    """Measure the API and the console. `processor`: the seconds that Laurel and its database have used so far."""
    names = _names_in(laurel)
    for path in _paths_of_api(laurel, names):
        yield _measured(path, lambda path=path: _checked(path, laurel.call("GET", path)[0]), processor)  # type: ignore[misc]
    console = _Console(laurel)
    for path in _paths_of_console(names):
        if console.status(path) == 200:
            yield _measured(path, lambda path=path: _checked(path, console.status(path)), processor)  # type: ignore[misc]


def _paths_of_api(laurel: Served, names: Mapping[str, str]) -> Iterator[str]:
    """What a GET of the store shows, and the first page of each list by each of its filters."""
    _, document = laurel.call("GET", "/openapi.json")
    for template, methods in document["paths"].items():
        if "get" not in methods or not template.startswith("/api/{storeCode}/"):
            continue
        path = _filled(template, names)
        status, answer = laurel.call("GET", path) if path else (404, None)
        if path is None or status != 200:
            continue
        yield path
        filters = [each for each in methods["get"].get("parameters", ()) if each.get("in") == "query"]
        yield from (f"{path}?{query}" for query in _queries(filters, answer))


def _paths_of_console(names: Mapping[str, str]) -> Iterator[str]:
    store = f"/console/stores/{names['storeCode']}"
    for method, template in RULES:
        path = _filled(template, names)
        if method == "GET" and path and "/static/" not in path:
            yield path
    yield f"{store}/search?q={names['customEvent']}"
    yield f"{store}/search?q={urllib.parse.quote(names['email'])}"
    yield f"{store}/search?q=nothing-has-this"
    yield f"{store}/events?status=failed"
    yield f"{store}/members?lastName=Surname77"


def _names_in(laurel: Served) -> dict[str, str]:
    """Ids of what there is in the store, by the parameter of a path."""
    _, members = laurel.call("GET", "/api/DEFAULT/member?_itemsOnPage=1&_orderBy[createdAt]=asc")
    _, events = laurel.call("GET", "/api/DEFAULT/customEvent?_itemsOnPage=1")
    _, transfers = laurel.call("GET", "/api/DEFAULT/points?_itemsOnPage=1")
    return {
        "storeCode": "DEFAULT",
        "member": members["items"][0]["customerId"],
        "email": members["items"][0]["email"],
        "customEvent": events["items"][0]["customEventId"],
        "transfer": transfers["items"][0]["transferId"],
        "eventType": "purchase",
        "reward": "mug",
        "revision": "1",
        "type": "member",
        "achievement": "regular",
    }


def _filled(template: str, names: Mapping[str, str]) -> str | None:
    """A path with the names of things in it; None: there is nothing for one of its parameters."""
    parameters = re.findall(r"{(\w+)(?::\w+)?}", template)
    return template.format_map(names) if all(each in names for each in parameters) else None


def _queries(parameters: Sequence[Mapping[str, Any]], answer: Any) -> Iterator[str]:
    """A search by each filter and each of its operators, for a value that some item has, and for one that none has."""
    items = answer.get("items") if isinstance(answer, dict) else None
    if not items or not isinstance(items[0], dict):
        return
    for name in (each["name"] for each in parameters):
        value: Any = items[0]
        for part in name.split(":"):
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, bool):
            yield f"{name}=true"
            yield f"{name}=false"
        elif isinstance(value, str):
            yield f"{name}={_quoted(value)}"
            yield f"{name}={_quoted(_of_the_same_kind(value))}"
        elif value is not None and not isinstance(value, dict | list):
            yield f"{name}={_quoted(str(value).lower())}"
    for each in parameters:
        for operator in re.findall(r"\[(\w+)\]=", each.get("description", "")):
            value = _BEYOND[operator] if each["schema"].get("type") == "string" else _BEYOND_NUMBERS[operator]
            yield f"{each['name']}[{operator}]={value}"


def _of_the_same_kind(value: str) -> str:
    return "1999-01-01" if value[:2] == "20" and "T" in value else "nobody-has-this"


def _quoted(text: str) -> str:
    return text.replace("+", "%2B").replace(" ", "%20").replace("&", "%26")


def _measured(path: str, open_page: Callable[[], None], processor: Callable[[], float]) -> Page:
    taken, used = [], []
    for _ in range(ROUNDS):
        began, before = time.perf_counter(), processor()
        open_page()
        taken.append(time.perf_counter() - began)
        used.append(processor() - before)
    return Page(path, statistics.median(taken), statistics.median(used))


def _checked(path: str, status: int) -> None:
    if status >= 500:
        raise RuntimeError(f"GET {path}: {status}")


class _Console:
    """An administrator's browser."""

    def __init__(self, laurel: Served) -> None:
        self._url = laurel.url
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        form = {"_username": "admin", "_password": laurel.password, "_next": "/console/session"}
        content = urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(f"{self._url}/console/log-in", content, {"Origin": self._url}, method="POST")
        self._browser.open(request, timeout=PAGE_SECONDS).close()

    def status(self, path: str) -> int:
        """Open a page and read it; its status."""
        try:
            with self._browser.open(self._url + path, timeout=PAGE_SECONDS) as answer:
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
