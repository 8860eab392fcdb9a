"""Laurel for a test: a database, a program, a worker on a real Temporal server, and events reported to it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

from temporalio.client import Client
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

import worker
from database import Database, Transaction
from database.programs import Programs
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.references import EventOutcome, EventRef
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity
from loyalty.store.webhooks import Delivery, WebhookFormat
from loyalty.webhooks.signing import new_secret
from workflows.starter import start_event

SANDBOX = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules("rules", "loyalty", "activities", "database")
)
LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass
class Running:
    """Laurel with one store, while its worker runs."""

    parts: worker.WorkerDependencies
    program: Program
    revision: int

    @property
    def store(self) -> str:
        return self.program.store

    async def register(self, email: str = "ann@example.com", **identity: str) -> str:
        """Add a member, without any event."""
        member_id = new_id()
        tier = self.program.tier_at(0)

        def add(tx: Transaction) -> None:
            now = datetime.now(UTC)
            tx.members.register(
                Identity(email=email, **identity),
                member_id=member_id,
                profile={"firstName": "Ann"},
                attributes={},
                tier=tier.name if tier else None,
                password_hash=None,
                registered_at=now,
                now=now,
            )

        await self.parts.database.store(self.store).write(add)
        return member_id

    async def schedule(self, member: str) -> None:
        """Store an item of a member that is due in a year."""
        due = datetime.now(UTC) + timedelta(days=365)
        await self.parts.database.store(self.store).write(
            lambda tx: tx.due_items.set(member, "tier_review", due, member=member)
        )

    async def accept(
        self, member: str, type_: str, body: Mapping[str, Any] | None = None, *, time: datetime | None = None
    ) -> EventRef:
        """Store an event, without starting anything."""
        now = datetime.now(UTC)
        new = NewEvent(new_id(), type_, member, time or now, body or {}, self.revision)
        await self.parts.database.store(self.store).write(lambda tx: tx.events.add(new, now=now))
        return EventRef(self.store, new.id, type_, member, self.revision)

    async def report(
        self, member: str, type_: str, body: Mapping[str, Any] | None = None, *, time: datetime | None = None
    ) -> EventOutcome:
        """Store an event, and wait for what comes of it."""
        return await self.answer(await self.accept(member, type_, body, time=time))

    async def answer(self, event: EventRef) -> EventOutcome:
        """Start the workflow of a stored event, and wait for its result."""
        await start_event(self.parts.client, event)
        outcome: EventOutcome = await self.parts.client.get_workflow_handle(
            event.workflow_id, result_type=EventOutcome
        ).result()
        return outcome

    async def subscribe(self, event_name: str, url: str, *, form: WebhookFormat = "current") -> str:
        """Subscribe a URL; answer the secret that signs what it is sent."""
        secret = new_secret()

        def add(tx: Transaction) -> None:
            tx.subscriptions.add(
                new_id(),
                event_name=event_name,
                url=url,
                headers=[],
                format=form,
                secret=secret,
                now=datetime.now(UTC),
            )

        await self.parts.database.store(self.store).write(add)
        return secret

    async def deliveries(self, event: EventRef) -> list[Delivery]:
        """The deliveries that an event led to."""
        return await self.parts.database.store(self.store).read(lambda tx: tx.webhooks.of_event(event.id))

    async def points(self, member: str) -> int:
        """A member's active points in the default wallet, in its unit."""
        balances = await self.parts.database.store(self.store).read(lambda tx: tx.members.balances(member))
        wallet = self.program.default_wallet
        balance = balances.get(wallet.code)
        return int(wallet.amount(balance.active)) if balance else 0


@asynccontextmanager
async def running(
    database: Database, client: Client, files: Mapping[str, bytes], *, keep: timedelta | None = None
) -> AsyncIterator[Running]:
    """Laurel at work in a store of its own, its workflows in the sandbox."""
    store = f"T{uuid4().hex[:8]}"
    own = {name: text.replace(b"store: DEFAULT", f"store: {store}".encode()) for name, text in files.items()}
    programs = Programs(database)
    program, revision, _ = await programs.deploy(own, by="test")
    parts = worker.WorkerDependencies(database, programs, client, LOOPBACK, keep)
    async with worker.running(parts, runner=SANDBOX):
        yield Running(parts, program, revision)
