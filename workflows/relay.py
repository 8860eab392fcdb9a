"""The relay of events: starts the workflows of those stored while Temporal did not answer (a transactional outbox).

It also takes events over whose workflow is gone. A few events get a workflow each; many are run in batches.
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
"""Pause before the relay looks after the same event again."""

PAGE = 1000

MANY = 5
"""So many events of one store are run in batches."""

BATCH = 100
"""Events in one batch, and of one member in all batches of one look."""


async def relay_once(database: Database, client: Client, *, now: datetime | None = None) -> int:
    """Have one page of events run that no workflow runs; return how many were looked at."""
    await client.service_client.check_health()  # reading a page postpones its events by AGAIN_AFTER: not in vain
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
    """Give events to batches; of one member not more than a batch holds: the others are looked after next time.

    Events behind one that runs elsewhere are left: they are looked after when that one is applied or failed.
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
    """Put the events of several members into one batch, as long as it holds all of each."""
    batch: list[Unstarted] = []
    for events in members:
        if len(batch) + len(events) > BATCH:
            yield batch
            batch = []
        batch += events
    if batch:
        yield batch
