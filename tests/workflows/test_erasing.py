"""Anonymising by its workflow: it waits for what is under way, and nothing personal was ever in Temporal."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from temporalio.client import Client, WorkflowHandle

from activities.temporal_names import erasure_id
from database import Database, Transaction
from database.tables import event
from loyalty.events.operations import OperationContext
from loyalty.members.anonymising import anonymise_member
from loyalty.references import ErasurePass, EventRef
from tests.kit.personal_data import MARKER
from tests.kit.programs import files
from tests.kit.receiver import Answer, Receiver
from tests.kit.running import Running, running

PLAIN = MARKER[:7]
"""The part of the marker that every encoding writes alike."""

SURPRISE = f"""\
reactor: surprise
on: purchase
when: {{"==": [{{var: event.body.channel}}, web]}}
then:
  - set_attribute: {{name: who, value: {MARKER}}}
  - award_points: {{points: 9000000000000000}}
  - call_webhook: {{url: "http://127.0.0.1:4999/{MARKER}", body: {{who: {{var: event.body.total}}}}}}
"""


@pytest.fixture
async def laurel(sqlite_database: Database, temporal: Client, receiver: Receiver) -> AsyncIterator[Running]:
    receiver.answer("/failing", Answer(status=500))
    async with running(sqlite_database, temporal, files(reactors__surprise=SURPRISE)) as started:
        await started.subscribe("AvailablePointsAmountChanged", receiver.url + "/failing")
        yield started


async def close(laurel: Running, member: str) -> EventRef:
    """Ask for anonymising, as the API does; return the event that says so."""

    def ask(tx: Transaction) -> EventRef:
        operation = OperationContext(tx, laurel.program, laurel.revision, datetime.now(UTC), "admin")
        anonymise_member(operation, member)
        return operation.to_start[0]

    return await laurel.parts.database.store(laurel.store).write(ask)


async def until_started(laurel: Running, member: str) -> WorkflowHandle[object, ErasurePass]:
    """Wait until the relay has started the workflow."""
    handle = laurel.parts.client.get_workflow_handle(erasure_id(laurel.store, member), result_type=ErasurePass)
    async with asyncio.timeout(60):
        while True:
            try:
                await handle.describe()
            except Exception:  # noqa: BLE001 - it is not there yet
                await asyncio.sleep(0.05)
            else:
                return handle


async def test_it_waits_for_events_under_way_and_nothing_personal_was_ever_in_temporal(laurel: Running):
    database = laurel.parts.database
    member = await laurel.register(f"{MARKER}@example.com", card=MARKER)
    for channel in ("store", "web"):
        await laurel.report(member, "purchase", {"total": 10, "channel": channel, "note": MARKER})
    held = await laurel.accept(member, "purchase", {"total": 3, "note": MARKER})
    await database.assign(laurel.store, [held.id], "elsewhere", instead_of=[])

    await close(laurel, member)
    handle = await until_started(laurel, member)
    await asyncio.sleep(0.5)
    waiting = await database.store(laurel.store).read(lambda tx: tx.members.get(member))
    await database.leave_to_relay(laurel.store, [held.id], owners=["elsewhere"], now=datetime.now(UTC))
    async with asyncio.timeout(60):
        done = await handle.result()

    assert waiting is not None
    assert waiting.card == MARKER
    assert done.is_done
    erased = await database.store(laurel.store).read(lambda tx: tx.members.get(member))
    applied = await database.store(laurel.store).read(lambda tx: tx.events.get(held.id))
    assert erased is not None
    assert applied is not None
    assert (erased.email, erased.card, erased.profile, erased.attributes) == (None, None, {}, {})
    assert (applied.status, applied.body) == ("applied", {})
    histories = [
        await laurel.parts.client.get_workflow_handle(each.id, run_id=each.run_id).fetch_history()
        async for each in laurel.parts.client.list_workflows(f"LaurelStore = '{laurel.store}'")
    ]
    assert len(histories) >= 4
    assert [h.workflow_id for h in histories for each in h.events if PLAIN.encode() in each.SerializeToString()] == []


async def test_a_workflow_that_was_terminated_is_started_again(laurel: Running):
    member = await laurel.register(f"{MARKER}@example.com")
    held = await laurel.accept(member, "purchase", {"total": 3})
    await laurel.parts.database.assign(laurel.store, [held.id], "elsewhere", instead_of=[])
    await close(laurel, member)
    handle = await until_started(laurel, member)

    await handle.terminate()
    await laurel.parts.database.leave_to_relay(laurel.store, [held.id], owners=["elsewhere"], now=datetime.now(UTC))

    store = laurel.parts.database.store(laurel.store)
    async with asyncio.timeout(60):
        while (found := await store.read(lambda tx: tx.erasures.of(member))) is None or found.erased_at is None:
            await asyncio.sleep(0.1)


async def test_a_delivery_that_is_erased_ends_without_a_failure(laurel: Running):
    member = await laurel.register(f"{MARKER}@example.com")
    purchase = await laurel.accept(member, "purchase", {"total": 3})
    answered = asyncio.create_task(laurel.answer(purchase))
    store = laurel.parts.database.store(laurel.store)
    applied = event.select().with_only_columns(event.c.status).where(event.c.id == purchase.id)
    async with asyncio.timeout(60):
        while await store.read(lambda tx: tx.connection.execute(applied).scalar_one()) != "applied":
            await asyncio.sleep(0.05)

    await close(laurel, member)

    async with asyncio.timeout(60):
        outcome = await answered
    assert outcome.outcome == "applied"
