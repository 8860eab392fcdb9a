"""A till of a store on a database: sales and returns, by the activities of production."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.events import EventActivities
from activities.slow_rules import SlowRules
from database import Database, ReadTransaction, Transaction
from database.audit import audit
from database.programs import Programs
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.members import Identity
from loyalty.transactions.operations import register_transaction
from tests.kit import programs
from tests.kit.shop import document

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Till:
    """A store on a database with one member, Ann; `slow` evaluates rules that take long."""

    def __init__(self, database: Database, stored: Programs, program: Program, revision: int) -> None:
        self.database, self.program, self.revision = database, program, revision
        self.stored = stored
        self.slow: SlowRules | None = None
        self.member = new_id()

    @classmethod
    async def open(cls, database: Database, files: Mapping[str, str]) -> "Till":
        stored = Programs(database)
        program, revision, _ = await stored.deploy(programs.files(**files), by="test")
        till = cls(database, stored, program, revision)
        await till.register(till.member, "ann@example.com")
        return till

    async def register(self, member_id: str, email: str) -> None:
        def run(tx: Transaction) -> None:
            tx.members.register(
                Identity(email=email),
                member_id=member_id,
                profile={},
                attributes={},
                tier="bronze",
                password_hash=None,
                registered_at=NOW,
                now=NOW,
            )

        await self.store.write(run)

    @property
    def activities(self) -> EventActivities:
        return EventActivities(self.database, self.stored, slow=self.slow)

    @property
    def store(self) -> Any:
        return self.database.store(self.program.store)

    async def report(
        self, number: str, *items: Any, sale: str | None = None, email: str = "ann@example.com"
    ) -> list[EventRef]:
        """Store a document; return the events that it recorded."""
        kind: Any = {} if sale is None else {"type": "return", "linked_number": sale}
        named = email if sale is None else None
        reported = document(number, *items, now=NOW + timedelta(hours=sale is not None), email=named, **kind)

        def run(tx: Transaction) -> list[EventRef]:
            operation = self.operation(tx)
            register_transaction(operation, reported)
            return operation.to_start

        recorded: list[EventRef] = await self.store.write(run)
        return recorded

    def operation(self, tx: Transaction) -> OperationContext:
        return OperationContext(tx, self.program, self.revision, NOW, "admin")

    async def answer(self, recorded: list[EventRef]) -> None:
        await self.activities.react_to_events(recorded, NOW)

    async def read(self, work: Callable[[ReadTransaction], Any]) -> Any:
        return await self.store.read(work)

    async def balance(self) -> dict[str, int]:
        balances = await self.read(lambda tx: tx.members.balances(self.member))
        balance = balances.get("points")
        return {} if balance is None else {name: each // 10**6 for name, each in balance._asdict().items() if each}

    async def faults(self) -> list[Any]:
        """What the audit finds."""
        found = await self.read(lambda tx: audit(tx.connection, self.program.store, now=NOW, program=self.program))
        return list(found.findings)
