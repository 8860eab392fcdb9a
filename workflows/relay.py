"""The relay of events: starts the workflows of those stored while Temporal did not answer (a transactional outbox).

It also takes over events whose workflow is gone. A few events get a workflow each; many are run in batches.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

import structlog
from temporalio.client import Client

from activities.owners import Owners
from database import Database
from database.event_owners import Unstarted
from loyalty.ids import new_id
from workflows.starter import start_batch, start_event

log = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(seconds=30)
"""Pause before the relay checks the same event again."""

PAGE = 1000

MANY = 5
"""From this many events of one store on, the relay runs them in batches."""

BATCH = 100
"""The most events in one batch, and of one member in all batches of one round."""


async def relay_once(database: Database, client: Client, *, now: datetime | None = None) -> int:
    """Start the workflows of one page of events that none runs; return how many were checked."""
    await client.service_client.check_health()  # reading a page postpones its events by AGAIN_AFTER: do not waste it
    moment = now or datetime.now(UTC)
    taken = await database.take_unstarted(now=moment, limit=PAGE, again_after=AGAIN_AFTER)
    owners = Owners(client)
    gone = {owner for owner in {each.owner for each in taken} if owner is not None and await owners.is_gone(owner)}
    free = [each for each in taken if each.owner is None or each.owner in gone]
    for store, group in groupby(free, key=lambda each: each.event.store):
        events = list(group)
        if len(events) < MANY:
            events = [each for each in events if each.owner is not None or not await _start(client, each)]
        if events:
            await _start_batches(database, client, store, events, moment)
    return len(taken)


async def _start(client: Client, one: Unstarted) -> bool:
    """Start the workflow of an event; return False if it is closed, so that it cannot be started again."""
    is_started = await start_event(client, one.event)
    if is_started:
        log.info("relayed", id=one.event.id, store=one.event.store)
    return is_started


async def _start_batches(
    database: Database, client: Client, store: str, events: Sequence[Unstarted], now: datetime
) -> None:
    """Give events to batches; of one member at most as many as one batch holds: the rest is left to the next round.

    Events behind one that runs elsewhere are left: they are checked when that one is applied or failed.
    """
    blocked = await database.blocked_members([each.event for each in events])
    groups = groupby(events, key=lambda each: each.event.member)
    members = [list(group) for member, group in groups if member not in blocked]
    if late := [each for group in members for each in group[BATCH:]]:
        await database.leave_to_relay(store, [e.event.id for e in late], owners=_owners(late), now=now)
    for some in _batches([group[:BATCH] for group in members]):
        batch_id = f"batch/{store}/{new_id()}"
        given = set(await database.assign(store, [e.event.id for e in some], batch_id, instead_of=_owners(some)))
        batch = [each.event for each in some if each.event.id in given]
        if batch:
            await start_batch(client, batch_id, batch)
            log.info("relayed in a batch", id=batch_id, events=len(batch), store=store)


def _owners(events: Sequence[Unstarted]) -> list[str]:
    return sorted({each.owner for each in events if each.owner is not None})


def _batches(members: Sequence[Sequence[Unstarted]]) -> Iterator[list[Unstarted]]:
    """Put the events of several members into one batch, as long as it can hold all events of each."""
    batch: list[Unstarted] = []
    for events in members:
        if len(batch) + len(events) > BATCH:
            yield batch
            batch = []
        batch += events
    if batch:
        yield batch
