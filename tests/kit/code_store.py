"""A store whose reactor `winter` needs redemption codes, on a real database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from activities.events import EventActivities
from database import Database, Transaction
from database.programs import Programs
from loyalty.events.operations import OperationContext
from tests.kit import programs
from tests.kit.scripted_store import FIRST, ScriptedStore

WINTER = """\
reactor: winter
on: promo
code: {is: {var: event.body.code}}
then: [{award_points: {points: 10}}]
"""
TILL = """\
reactor: till
on: transaction
code: {is: {var: [event.body.labels.code, ""]}}
then: [{award_points: {points: 10}}]
"""
SALES = "event: transaction\nbody: {properties: {labels: {properties: {code: {type: string}}}}}\n"
PROMO = "event: promo\nbody: {type: object, required: [code], properties: {code: {type: string}}}\n"


@dataclass
class CodeStore:
    """The store, and the ids of its members."""

    scripted: ScriptedStore
    members: list[str]

    @classmethod
    async def open(cls, database: Database, *, members: int, winter: str = WINTER) -> "CodeStore":
        """Deploy the program to a new store, and register members."""
        deployed = Programs(database)
        files = programs.files(
            reactors__winter=winter, events__promo=PROMO, reactors__till=TILL, events__transaction=SALES
        )
        program, revision, _ = await deployed.deploy(files, by="test")
        scripted = ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)
        return cls(scripted, [await scripted.register(f"member-{number}@example.com") for number in range(members)])

    async def operate(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        """Run an operation in one transaction."""
        scripted = self.scripted

        def run(tx: Transaction) -> Any:
            return operation(
                OperationContext(tx, scripted.program, scripted.revision, scripted.now, "admin"), *arguments
            )

        return await scripted.database.store("DEFAULT").write(run)

    async def rows(self, statement: Any) -> list[tuple[Any, ...]]:
        """Return the rows that a statement finds."""
        return await self.scripted.database.store("DEFAULT").read(
            lambda tx: [tuple(row) for row in tx.connection.execute(statement)]
        )
