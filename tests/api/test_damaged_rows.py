"""Dates and numbers that were damaged by hand break no list on SQLite: the row has its id and the reason."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Integer, Table, text

from activities.events import EventActivities
from database.audit import audit
from database.tables import Instant, metadata
from tests.kit.api import Api
from tests.kit.every_resource import FILES, add_every_resource

_ASKING = {"admin", "api_key"}
"""Tables that say who asks: whose role cannot be read has no rights."""


async def fill(api: Api) -> None:
    """Some of everything that lists show."""
    await api.deploy(**FILES)
    for name in ("anna", "bert"):
        await api.report(customerData={"email": f"{name}@example.com"})
        hook = {"webhookSubscription": {"eventName": "CustomerRegistered", "url": "http://127.0.0.1:8080/hook"}}
        assert (await api.post("/api/DEFAULT/webhook/subscription", hook)).status_code == 200
    await run_events(api)
    member = (await api.get("/api/DEFAULT/member"))["items"][0]["customerId"]
    await add_every_resource(api, member)
    await run_events(api)


async def run_events(api: Api) -> None:
    await EventActivities(api.database, api.programs).react_to_events(api.started, datetime.now(UTC))
    api.started.clear()


async def test_a_key_that_cannot_be_read_may_do_nothing(api: Api) -> None:
    for column, value, status in (("role", "many", 403), ("expires_at", "never", 401)):
        new = await api.post("/api/admin/admin/api-key", {"apiKey": {"name": column}})
        change = text(f"UPDATE api_key SET {column} = :value WHERE name = :name")
        await api.write(
            lambda tx, change=change, given={"value": value, "name": column}: tx.connection.execute(change, given)
        )

        answer = await api.http.get("/api/DEFAULT/member", headers={"Authorization": new.json()["token"]})

        assert answer.status_code == status


def damaged_columns(table: Table, kind: type) -> list[str]:
    keys = {column.name for column in table.primary_key}
    return [column.name for column in table.c if isinstance(column.type, kind) and column.name not in keys]


async def damage(api: Api, kind: type, value: str) -> dict[str, str]:
    """Damage every date, or every number, of one row of each table; which rows those are, by table."""

    def run(tx: Any) -> dict[str, str]:
        changed = {}
        for table in metadata.sorted_tables:
            columns = damaged_columns(table, kind)
            if not columns or (table.name in _ASKING and kind is Integer):
                continue
            values = ", ".join(f"{name} = CASE WHEN {name} IS NULL THEN NULL ELSE :value END" for name in columns)
            keys = [column.name for column in table.primary_key]
            here = ", ".join(keys)
            some = " OR ".join(f"{name} IS NOT NULL" for name in columns)
            last = f"(SELECT {here} FROM {table.name} WHERE {some} ORDER BY {here} LIMIT 1)"
            update = text(f"UPDATE {table.name} SET {values} WHERE ({here}) = {last} RETURNING {keys[0]}")
            if (row := tx.connection.execute(update, {"value": value}).first()) is not None:
                changed[table.name] = str(row[0])
        return changed

    changed: dict[str, str] = await api.write(run)
    return changed


async def lists(api: Api) -> Iterator[str]:
    """The paths of every list that is found by no more than its store."""
    document = await api.get("/openapi.json")
    wanted = [path.replace("{storeCode}", "DEFAULT") for path, methods in document["paths"].items() if "get" in methods]
    return (path for path in wanted if path.startswith("/api/") and "{" not in path)


@pytest.mark.parametrize(("kind", "value"), [(Instant, "2026-02-30 late"), (Integer, "many")])
async def test_every_list_is_answered_though_a_row_of_each_table_is_damaged(api: Api, kind: type, value: str) -> None:
    await fill(api)
    before = {path: (await api.http.get(path)).status_code for path in await lists(api)}

    changed = await damage(api, kind, value)

    api.programs._in_force.clear()
    after = {path: (await api.http.get(path)).status_code for path in before}
    assert {path: status for path, status in after.items() if status != before[path]} == {}
    assert len(changed) > 15
    audited = await api.database.store("DEFAULT").read(
        lambda tx: audit(tx.connection, "DEFAULT", now=datetime.now(UTC), program=None)
    )
    named = {found.subjects["row"].split("/")[0] for found in audited.findings if found.check == "readable"}
    assert named == set(changed) - {"refresh_token", "password_reset", "audit_archive", "admin", "api_key", "role"}
    left = await api.write(
        lambda tx: (tx.figures.count(ZoneInfo("UTC"), limit=5000, achievements=()), tx.figures.notes())
    )
    assert left[0] > 0
    assert left[1] == []


@pytest.mark.parametrize(
    ("table", "column", "path", "value", "reason"),
    [
        ("event", "received_at", "customEvent", "yesterday", "'yesterday' is not a date and time"),
        ("member", "registered_at", "member", "2026-02-30 08:00:00", "'2026-02-30 08:00:00' is not a date and time"),
        ("transfer", "at", "points", "", "'' is not a date and time"),
        ("transfer", "points", "points", "many", "'many' is not a whole number"),
        ("subscription", "created_at", "webhook/subscription", "never", "'never' is not a date and time"),
    ],
)
async def test_the_row_is_shown_with_its_id_and_the_reason(
    api: Api, table: str, column: str, path: str, value: str, reason: str
) -> None:
    await fill(api)
    names = {"event": "customEventId", "member": "customerId", "transfer": "transferId"}
    id_ = (await api.get(f"/api/DEFAULT/{path}"))["items"][0][names.get(table, "webhookSubscriptionId")]
    change = text(f"UPDATE {table} SET {column} = :value WHERE id = :id")

    await api.write(lambda tx: tx.connection.execute(change, {"value": value, "id": id_}))
    items = (await api.get(f"/api/DEFAULT/{path}"))["items"]

    assert [item for item in items if "unreadable" in item] == [{"id": id_, "unreadable": reason}]
    assert len(items) > 1
