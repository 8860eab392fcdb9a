"""Lists as CSV from their own URLs: all rows, by the filters, in the store's time zone, masked for who may not see."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from access import Permission
from console.pages.tables import CHUNK, Column, Table
from tests.api.http.test_scrolling_lists import filled
from tests.console.members.test_routes import register
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, visiting

OF_STORE = {
    "events": "Received (Europe/Warsaw)",
    "members": "Registered (Europe/Warsaw)",
    "points": "When (Europe/Warsaw)",
    "points/expiring": "When (Europe/Warsaw)",
    "transactions": "Document",
    "corrections": "Reason",
    "rewards": "Reward",
    "redemptions": "When (Europe/Warsaw)",
    "rewards/coffee": "Code",
    "event-types": "Title",
    "reactors/points-for-purchase": "Answer",
    "program": "Deployed (Europe/Warsaw)",
    "imports": "File",
    "exports": "Rows",
    "merges": "Stays",
    "webhooks": "Webhook name",
    "webhooks/deliveries": "Last answer",
    "webhooks/resends": "Begun (Europe/Warsaw)",
}
"""The lists of a store, and a title of each."""

OF_INSTALLATION = {
    "administrators": "Since (UTC)",
    "roles": "Permissions",
    "audit-log": "When (UTC)",
}


async def read_csv(visitor: Visitor, path: str, **filters: str) -> list[dict[str, str]]:
    answer = await visitor.get(path, params={"_format": "csv", **filters})
    assert answer.status_code == 200, (path, answer.status_code)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_every_list_is_csv_with_the_rows_that_it_shows(api: Api, visitor: Visitor) -> None:
    await filled(api)

    for path, title in OF_STORE.items():
        answer = await visitor.get(f"{HOME}/{path}?_format=csv&_page=3&_itemsOnPage=1")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        page = await visitor.page(f"{HOME}/{path}")

        assert title in answer.text.splitlines()[0].split(","), path
        if rows:
            assert "All rows as CSV" in page, path
            assert len({tuple(each.values()) for each in rows}) == len(rows), path
    for path, title in OF_INSTALLATION.items():
        rows = await read_csv(visitor, f"/console/{path}")
        assert title in rows[0], path
    ann = (await api.get("/api/DEFAULT/member?email=ann@example.com"))["items"][0]["customerId"]
    assert {"transaction", "points"} <= {
        each["About"] for each in await read_csv(visitor, f"{HOME}/members/{ann}/history")
    }
    assert len(await read_csv(visitor, f"{HOME}/rewards/coffee")) == 5
    assert len(await read_csv(visitor, f"{HOME}/points", type="spending")) == 4
    assert {each["Status"] for each in await read_csv(visitor, f"{HOME}/corrections")} == {"done"}


async def test_all_members_are_in_the_file_and_their_moments_are_by_the_clock_of_the_store(
    api: Api, visitor: Visitor
) -> None:
    await api.deploy()
    for number in range(60):
        registered = {"email": f"m{number}@example.com", "registeredAt": "2026-01-31T23:30:00+00:00"}
        assert (await api.post("/api/DEFAULT/member", {"customer": registered})).status_code == 200

    every = await read_csv(visitor, f"{HOME}/members")
    some = await read_csv(visitor, f"{HOME}/members", email="m7@example.com")

    assert [each["E-mail"] for each in every] == [f"m{number}@example.com" for number in reversed(range(60))]
    assert {each["Registered (Europe/Warsaw)"] for each in every} == {"2026-02-01 00:30:00"}
    assert [each["E-mail"] for each in some] == ["m7@example.com"]


async def test_who_may_not_see_personal_data_gets_it_masked_and_no_cell_is_a_formula(
    api: Api, visitor: Visitor
) -> None:
    await api.deploy()
    anna = await register(api)
    named = {"customer": {"firstName": '=HYPERLINK("http://evil.example")'}}
    assert (await api.http.put(f"/api/DEFAULT/member/{anna}", json=named)).status_code < 300
    role = await add_role(api, "viewer", frozenset({Permission.VIEW_MEMBERS}))
    kim = await add_administrator(api, "viewer", role=role)

    (seen,) = await read_csv(visitor, f"{HOME}/members")
    async with visiting(api) as theirs:
        await theirs.log_in(kim.username)
        (masked,) = await read_csv(theirs, f"{HOME}/members")
        refused = await theirs.get(f"{HOME}/points?_format=csv")

    assert seen["First name"] == """'=HYPERLINK("http://evil.example")"""
    assert seen["E-mail"] == "anna@example.com"
    assert (masked["First name"], masked["E-mail"], masked["Id"]) == ("'=•••", "a•••", anna)
    assert refused.status_code == 403


async def test_filters_that_make_no_sense_are_said_at_the_list(api: Api, visitor: Visitor) -> None:
    await api.deploy()

    answer = await visitor.get(f"{HOME}/points?type=x&createdAt[gte]=soon&_format=csv")
    shown = await visitor.page(answer.headers["location"])

    assert answer.status_code == 303
    assert "_format" not in answer.headers["location"]
    assert "createdAt[gte] :" in shown


async def test_what_is_added_meanwhile_neither_hides_a_row_nor_shows_one_twice() -> None:
    rows = [{"n": number} for number in range(120)]
    table = Table("list", (Column("Number", "n"),), id="n")

    async def fetch(place: Mapping[str, str]) -> Mapping[str, Any]:
        rows[:0] = [{"n": -len(rows)}, {"n": -len(rows) - 1}]
        first = (int(place["_page"]) - 1) * int(CHUNK)
        return {"items": rows[first : first + int(CHUNK)]}

    written = [each["n"] async for items in table.chunks({"items": rows[: int(CHUNK)]}, fetch) for each in items]

    assert written == list(range(120))
