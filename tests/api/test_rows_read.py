"""What a page or a search reads does not grow with the store: what databases read is counted, not time."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx2
import pytest

from console.route_rules import RULES
from database import Database
from tests.kit.api import Api, running
from tests.kit.console import visiting
from tests.kit.large_store import LargeStore, fill_store
from tests.kit.rows_read import Reads, reads_of

BEYOND = {"instant": {"gt": "2199-01-01", "lt": "1999-01-01"}, "number": {"gt": "1e9", "lt": "-1e9"}}

AUDITED = "what administrators do is little, and removed after a time"
BY_HAND = "people ask for them one by one"
MEMBERS = "members are counted, of which there are far fewer than of transfers"
EXPORTED = "all that is kept of one member is looked for, also where no index leads"
READS_ALL = {
    "/api/{storeCode}/member": "the texts of members are read, of which there are far fewer than of transfers",
    **{
        f"/api/{{storeCode}}/redemption customerData:{each}{like}": "so are those of the members whom rewards belong to"
        for each in ("email", "firstName", "lastName", "phone", "loyaltyCardNumber")
        for like in ("", "[like]")
    },
    "/api/{storeCode}/customEvent eventId[like]": "the index of event ids is read, and not the events",
    **{
        f"/api/{{storeCode}}/transaction header:{each}[like]": "the index of these texts is read, and few transactions"
        for each in ("documentNumber", "purchasePlace")
    },
    "/api/{storeCode}/points/expiring walletType:code": "no index has the wallets of what expires",
    "/api/{storeCode}/points comment[like]": "the comments are read, which people wrote",
    "/api/{storeCode}/import type": "an import is a file, of which there are few",
    **dict.fromkeys(
        (f"/api/{{storeCode}}/export {each}" for each in ("type", "status", "message", "message[like]")), BY_HAND
    ),
    **dict.fromkeys(("/api/{storeCode}/correction", "/api/{storeCode}/merge"), BY_HAND),
    "/console/stores/{storeCode}/members/{member}/history": AUDITED,
    "/console/stores/{storeCode}/points/expiring": "what falls due earlier, of other kinds, is passed over",
    **dict.fromkeys(("/api/audit/log", "/api/audit/log/export"), AUDITED),
    **dict.fromkeys(("/api/{storeCode}/analytics/levels", "/api/{storeCode}/analytics/members"), MEMBERS),
    "/api/{storeCode}/member/registrations": "those who registered in these days are counted",
    "/api/{storeCode}/analytics/achievement/{achievement}/funnel": "it is read from a scan until it is counted",
    **dict.fromkeys(
        ("/api/{storeCode}/member/{member}/export", "/console/stores/{storeCode}/members/{member}/export"), EXPORTED
    ),
    **dict.fromkeys(
        (
            "/api/{storeCode}/program/{revision}/plan",
            "/console/stores/{storeCode}/program/{revision}/roll-back",
            "/console/stores/{storeCode}/figures",
        ),
        MEMBERS,
    ),
    "/api/{storeCode}/referral": "the names of members are read, as those of members are",
    "/api/{storeCode}/webhook/delivery finishedAt[gt]": "what finished last is among the last: many are found at once",
}
"""What reads more, by path, or by path and filter, with the reason."""


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


async def test_no_page_and_no_search_reads_the_whole_store(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = reads_of(database)
    async with running(database) as api:
        store = await fill_store(api, monkeypatch)
        read = [each async for each in requested(api, store, reads)]

    assert len(read) > 500
    above = {what: number for what, number in read if number > reads.bound}
    assert {what: number for what, number in above.items() if not {*keys_of(what)} & READS_ALL.keys()} == {}


def keys_of(what: str) -> Iterator[str]:
    """The path of a search, and the path with its filter."""
    template, _, query = what.partition(" ")
    yield from (template, f"{template} {query.partition('=')[0]}")


async def requested(api: Api, store: LargeStore, reads: Reads) -> AsyncIterator[tuple[str, int]]:
    """Request every path of the API, each list by each of its filters, and every page of the console; what was read."""
    searches = {template: ["", *found] for template, found in lists(store.document)}
    gets = [template for template, methods in store.document["paths"].items() if "get" in methods]
    for template in gets:
        path = store.path(template)
        for query in searches.get(template, [""]) if path else ():
            yield f"{template} {query}".rstrip(), await cost(api.http, f"{path}?{query}", reads)
    async with visiting(api) as visitor:
        await visitor.log_in()
        for method, template in RULES:
            path = store.path(template)
            if method == "GET" and path:
                yield template, await cost(visitor.http, path, reads)


async def cost(http: httpx2.AsyncClient, path: str, reads: Reads) -> int:
    """What the database reads for a page."""
    reads.number = 0
    answer = await http.get(path)
    assert answer.status_code < 500, answer.text
    return reads.number
