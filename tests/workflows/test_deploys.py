"""Members rise by a deploy through the store's clock, page by page, while everything else goes on."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from uuid import uuid4

import pytest
from temporalio.client import Client

from activities.temporal_names import clock_id
from database import Database, ReadTransaction
from database.programs import Programs
from database.tables import deadline, event, member, message
from tests.kit import api, programs
from tests.kit.running import running
from tests.kit.tiers import add, in_tier
from workflows.deploys import wake_after_deploys

GOLD = "  - {tier: gold, from: 2000}\n"
MORE = "reactor: more\non: purchase\nthen: [{grant_badge: x}]\n"
MANY = 600


def files_of(store: str, **changed: str) -> Mapping[str, bytes]:
    """The small coffee shop as the program of a store."""
    return {name: text.replace(b"DEFAULT", store.encode()) for name, text in programs.files(**changed).items()}


def tiers_of(tx: ReadTransaction) -> Mapping[str, int]:
    rows = tx.connection.execute(member.select().where(member.c.store == tx.store))
    return Counter(str(row.tier) for row in rows)


def reported(tx: ReadTransaction) -> tuple[int, int, int]:
    """How many events `tier_changed` are applied, how many messages there are of them, and what is still due."""
    events = event.select().where(event.c.store == tx.store, event.c.type == "tier_changed")
    applied = [row.id for row in tx.connection.execute(events) if row.status == "applied"]
    messages = tx.connection.execute(message.select().where(message.c.store == tx.store)).all()
    due = tx.connection.execute(deadline.select().where(deadline.c.store == tx.store)).all()
    return len(applied), len(messages), len(due)


@pytest.mark.timeout(600)
async def test_hundreds_of_members_rise_page_by_page_and_the_api_answers_meanwhile(
    database: Database, temporal: Client
) -> None:
    waits: list[float] = []
    async with running(database, temporal, programs.files(program=programs.PROGRAM.replace(GOLD, ""))) as laurel:
        await laurel.subscribe("CustomerLevelChanged", "http://127.0.0.1:9/nowhere")
        others = [in_tier("silver", 700) for _ in range(3)]
        await add(database, [*(in_tier("silver", 2500) for _ in range(MANY)), *others], store=laurel.store)
        store = database.store(laurel.store)

        await laurel.parts.programs.deploy(files_of(laurel.store), by="test")
        async with api.running(database) as client:
            while (await store.read(reported))[0] < MANY:
                began = time.monotonic()
                answer = await client.http.get(f"/api/{laurel.store}/member/{others[0].id}")
                waits.append(time.monotonic() - began)
                assert answer.status_code == 200
                await asyncio.sleep(0.5)
        await laurel.parts.programs.deploy(files_of(laurel.store, reactors__more=MORE), by="test")
        tiers, found = await store.read(tiers_of), await store.read(reported)

    assert tiers == {"gold": MANY, "silver": 3}
    assert found == (MANY, MANY, 0), "each rises once, with an event and a message, and another deploy does nothing"
    assert max(waits) < 30


async def test_a_deploy_wakes_the_clock_of_its_store_and_of_no_other(database: Database, temporal: Client) -> None:
    stores = [f"T{uuid4().hex[:8]}" for _ in range(2)]
    deployed = Programs(database)
    for store in stores:
        await deployed.deploy(files_of(store), by="test")
    in_force = await wake_after_deploys(database, temporal, {})
    for store in stores:
        await temporal.get_workflow_handle(clock_id(store)).terminate()

    same = await wake_after_deploys(database, temporal, in_force)
    ended = [await status_of_clock(temporal, store) for store in stores]
    await deployed.deploy(files_of(stores[0], reactors__more=MORE), by="test")
    new = await wake_after_deploys(database, temporal, in_force)
    woken = [await status_of_clock(temporal, store) for store in stores]
    await temporal.get_workflow_handle(clock_id(stores[0])).terminate()

    assert same == in_force == {stores[0]: 1, stores[1]: 1}
    assert new == {stores[0]: 2, stores[1]: 1}
    assert (ended, woken) == (["TERMINATED", "TERMINATED"], ["RUNNING", "TERMINATED"])


async def status_of_clock(temporal: Client, store: str) -> str | None:
    status = (await temporal.get_workflow_handle(clock_id(store)).describe()).status
    return None if status is None else status.name
