"""What a search reads does not grow with the store: steps of SQLite are counted, not time."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, event

from database import Database, pages
from tests.kit.api import Api, running
from tests.kit.copied_rows import copy_rows
from tests.kit.every_resource import FILES, add_every_resource

COPIES = 1_000
"""How often everything is copied: no table of a store has fewer rows."""
STEPS = 100
"""Instructions of SQLite's machine after which it calls back."""
BOUND = 30_000
"""Instructions for one page: those of reading a few hundred rows, but not all of a table with several thousand."""
MEMBER = {
    "email": "anna@example.com",
    "firstName": "Anna",
    "lastName": "Nowak",
    "loyaltyCardNumber": "C-1",
    "address": {"city": "Wroclaw"},
}
BEYOND = {"instant": {"gt": "2199-01-01", "lt": "1999-01-01"}, "number": {"gt": "1e9", "lt": "-1e9"}}

AUDITED = "what administrators do is little, and removed after a time"
READS_ALL = {
    "/api/{storeCode}/member": "the texts of members are read, of which there are far fewer than of transfers",
    "/api/{storeCode}/redemption": "so are those of the members whom rewards belong to",
    "/api/{storeCode}/customEvent eventId[like]": "the index of event ids is read, and not the events",
    "/api/{storeCode}/points/expiring walletType:code": "no index has the wallets of what expires",
    "/api/{storeCode}/import type": "an import is a file, of which there are few",
    **dict.fromkeys(("/api/audit/log", "/api/audit/log/export"), AUDITED),
}
"""Searches that read more, by path, or by path and filter, with the reason."""


class Steps:
    """Counts the instructions that SQLite's machine runs."""

    def __init__(self, database: Database) -> None:
        self.number = 0
        event.listen(database._connections.engine, "connect", lambda connection, _: self._watch(connection))

    def _watch(self, connection: Any) -> None:
        connection.set_progress_handler(self._count, STEPS)

    def _count(self) -> int:
        self.number += STEPS
        return 0


def lists(document: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The lists of a store, with their searches for what no item has and for what is at the end."""
    for template, methods in document["paths"].items():
        parameters = methods["get"].get("parameters", ()) if "get" in methods else ()
        if any(each["name"] == "_itemsOnPage" for each in parameters):
            yield template, [query for each in parameters if each["in"] == "query" for query in queries(each)]


def queries(parameter: Mapping[str, Any]) -> Iterator[str]:
    name, kind = parameter["name"], parameter["schema"].get("type")
    if name.startswith("_"):
        return
    operators = re.findall(r"\[(\w+)\]=", parameter.get("description", ""))
    if kind == "boolean":
        yield f"{name}=true"
    elif "like" in operators or not operators:
        yield from (f"{name}=nobody-has-this", *(f"{name}[like]=nobody-has-this" for _ in operators))
    else:
        kind = "number" if kind == "number" else "instant"
        yield from (f"{name}[{operator}]={value}" for operator, value in BEYOND[kind].items())


def filled(template: str, names: Mapping[str, str]) -> str | None:
    parameters = re.findall(r"{(\w+)(?::\w+)?}", template)
    if not all(each in names for each in parameters):
        return None
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: quote(names[found[1]]), template)


async def test_no_search_of_a_list_reads_the_whole_store(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MAX_COUNTED", 100)
    monkeypatch.setattr(pages, "MOST_CANDIDATES", 50)
    steps = Steps(sqlite_database)
    async with running(sqlite_database) as api:
        read = await searched(api, steps)

    assert read == {}


async def searched(api: Api, steps: Steps) -> Mapping[str, int]:
    """Fill the store, search every list by every filter, and return what read too much, with the instructions."""
    await api.deploy(**FILES)
    member = (await api.post("/api/DEFAULT/member", {"customer": MEMBER})).json()["customerId"]
    things = await add_every_resource(api, member)
    await api.report()
    with create_engine(api.database.url).begin() as connection:
        copy_rows(connection, COPIES)
    names = things.names | {"storeCode": "DEFAULT", "member": member}

    asked, read = 0, dict[str, int]()
    for template, searches in lists(await api.get("/openapi.json")):
        path = filled(template, names | things.own.get(template, {}))
        for query in ["", *searches] if path else ():
            steps.number, asked = 0, asked + 1
            answer = await api.http.get(f"{path}?{query}")
            assert answer.status_code in (200, 400, 403), answer.text
            filter_ = query.partition("=")[0]
            if steps.number > BOUND and not {template, f"{template} {filter_}"} & READS_ALL.keys():
                read[f"{template} {query}"] = steps.number

    assert asked > 200
    return read
