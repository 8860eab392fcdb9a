"""Imports as workflows: started for those that wait, watched meanwhile, and with the webhooks of single operations."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import Client

from activities.imports import ImportActivities
from database import Database
from loyalty.references import ImportProgress, ImportRef
from tests.kit.imports import store_file
from tests.kit.programs import files
from tests.kit.receiver import Receiver
from tests.kit.running import Running, running
from workflows.file_watch import import_id, start_import
from workflows.imports import Import

MEMBERS = "email,firstName\nanna@example.com,Anna\nbert@example.com,Bert\n"
POINTS = "email,points\nanna@example.com,100\nbert@example.com,0\n"
SPENT = "email,points\nanna@example.com,30\nanna@example.com,300\n"


@pytest.fixture
async def laurel(sqlite_database: Database, temporal: Client) -> AsyncIterator[Running]:
    """A running Laurel."""
    async with running(sqlite_database, temporal, files()) as started:
        yield started


async def imported(laurel: Running, type_: Any, content: str) -> ImportRef:
    """An import that a worker found and read to its end."""
    ref = await store_file(laurel.parts.database, type_, content, store=laurel.store)
    async with asyncio.timeout(60):
        while await status(laurel, ref) not in ("done", "failed"):
            await asyncio.sleep(0.05)
    return ref


async def status(laurel: Running, ref: ImportRef) -> str:
    found = await laurel.parts.database.store(ref.store).read(lambda tx: tx.imports.get(ref.id))
    assert found is not None
    return found.status


async def test_an_import_sends_the_webhooks_of_single_operations(laurel: Running, receiver: Receiver) -> None:
    for name in ("CustomerRegistered", "AvailablePointsAmountChanged"):
        await laurel.subscribe(name, receiver.url)

    refs = [
        await imported(laurel, type_, content)
        for type_, content in [("member", MEMBERS), ("unitTransferAdding", POINTS), ("unitTransferSpending", SPENT)]
    ]

    async with asyncio.timeout(60):
        while len(receiver.requests) < 4:
            await asyncio.sleep(0.05)
    names = [request.json["eventName"] for request in receiver.requests]
    assert names == ["CustomerRegistered"] * 2 + ["AvailablePointsAmountChanged"] * 2
    changes = [request.json["data"] for request in receiver.requests[2:]]
    assert [(each["amountChangeType"], each["amountChange"], each["amount"]) for each in changes] == [
        ("add", 100, 100),
        ("subtract", 30, 70),
    ]
    handle = laurel.parts.client.get_workflow_handle(import_id(refs[2]), result_type=ImportProgress)
    progress = await handle.result()
    assert (progress.status, progress.done, progress.refused) == ("done", 1, 1)


async def test_an_import_that_meets_an_error_is_set_aside_with_the_reason(
    laurel: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise KeyError("points")

    monkeypatch.setattr(ImportActivities, "_read_page", fail)
    monkeypatch.setattr("activities.retries.MOST_ATTEMPTS", 1)

    ref = await imported(laurel, "member", MEMBERS)

    found = await laurel.parts.database.store(ref.store).read(lambda tx: tx.imports.get(ref.id))
    assert found is not None
    assert (found.status, found.error) == (
        "failed",
        "KeyError was raised at every attempt; the worker's log says where",
    )


async def test_a_paused_import_that_is_resumed_gets_a_workflow_again(laurel: Running) -> None:
    ref = await imported(laurel, "member", MEMBERS)
    await laurel.parts.client.get_workflow_handle(import_id(ref)).result()

    await start_import(laurel.parts.client, ref)

    again = await laurel.parts.client.get_workflow_handle_for(Import.run, import_id(ref)).result()
    assert (again.status, again.done) == ("done", 2)


async def test_an_import_that_is_tried_again_while_its_workflow_ends_goes_on_at_once(
    laurel: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, broken = ImportActivities._read_page, [KeyError("points")]

    async def fail_once(self: ImportActivities, *arguments: Any) -> None:
        if broken:
            raise broken.pop()
        await read(self, *arguments)

    monkeypatch.setattr(ImportActivities, "_read_page", fail_once)
    monkeypatch.setattr("activities.retries.MOST_ATTEMPTS", 1)
    ref = await store_file(laurel.parts.database, "member", MEMBERS, store=laurel.store)
    async with asyncio.timeout(60):
        while await status(laurel, ref) != "failed":
            await asyncio.sleep(0.001)

    await laurel.parts.database.store(ref.store).write(
        lambda tx: tx.imports.change(ref.id, "queued", since=("failed",), now=datetime.now(UTC))
    )
    await start_import(laurel.parts.client, ref)  # its workflow has one command left, or none

    async with asyncio.timeout(60):
        while await status(laurel, ref) != "done":
            await asyncio.sleep(0.05)
