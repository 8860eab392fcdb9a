"""A busy store on a real database: events, due items, and every operation on points, by chance."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from activities.events import EventActivities
from database import Database, ReadTransaction, Transaction
from database.programs import Programs
from loyalty.events.operations import OperationContext
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.holds import HoldPoints, capture_points, hold_points, release_points
from loyalty.points.operations import (
    AddPoints,
    SpendPoints,
    TransferPoints,
    activate_points,
    add_points,
    expire_points,
    spend_points,
    transfer_points,
)
from loyalty.refusals import Refusal
from tests.kit import programs
from tests.kit.scripted_store import COFFEE, FIRST, GIFT, LATER, PURCHASES, REFUND, REFUNDS, SHOPPER, ScriptedStore

WALLETS = "wallets:\n  points: {default: true, cost: 0.02, expires: {after: 20d}}\n  stars: {decimals: 2}\n"
PROGRAM = (
    programs.PROGRAM.replace("wallets:\n  points: {default: true, expires: {after: 90d}}\n", WALLETS)
    .replace("silver, from: 500", "silver, from: 150")
    .replace("coupons: 3d}", "coupons: 3d, tier: 7d}\ntier_review: {after: 60d}")
)
_WORTH, _SHARED = "value: 5, type: money", "{code: SUMMER, uses: 9, each: 3}"
STARS = "reactor: stars\non: purchase\nthen: [{award_points: {points: 1.25, wallet: stars, expires: {after: 9d}}}]\n"
SALES = "reactor: sales\non: transaction\nthen: [{award_points: {points: {var: event.body.gross_value}}}]\n"


@dataclass
class BusyLedger:
    """A store whose members earn and spend, and the transfers that were made by hand."""

    scripted: ScriptedStore
    random: Random
    members: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, database: Database, seed: int, members: int = 3) -> "BusyLedger":
        """Deploy a program to a new store, and register members."""
        files = programs.files(
            **{
                "program": PROGRAM,
                "reactors__points-for-purchase": PURCHASES,
                "reactors__refunds": REFUNDS,
                "reactors__later": LATER,
                "reactors__gift": GIFT,
                "reactors__stars": STARS,
                "reactors__sales": SALES,
                "rewards__free-coffee": COFFEE,
                "rewards__mug": "reward: mug\nprice: 2\nlimits: [{every: month, times: 3}]\n",
                "rewards__listed": f"reward: listed\nprice: 2\ncoupon: {{codes: uploaded, {_WORTH}}}\n",
                "rewards__summer": f"reward: summer\nprice: 2\ncoupon: {{shared: {_SHARED}, {_WORTH}}}\n",
                "events__refund": REFUND,
                "achievements__shopper": SHOPPER,
            }
        )
        deployed = Programs(database)
        program, revision, _ = await deployed.deploy(files, by="test")
        scripted = ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)
        busy = cls(scripted, Random(seed))
        for number in range(members):
            busy.members.append(await scripted.register(f"member-{number}@example.com"))
        return busy

    async def operate(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        """Run an operation in one transaction, and then the events that it recorded."""
        scripted = self.scripted

        def run(tx: Transaction) -> tuple[Any, list[Any]]:
            context = OperationContext(tx, scripted.program, scripted.revision, scripted.now, "admin")
            return operation(context, *arguments), context.to_start

        result, to_start = await scripted.database.store("DEFAULT").write(run)
        await scripted.reactions.react_to_events(to_start, scripted.now)
        return result

    async def some_steps(self, count: int) -> None:
        """Report events, wait, and run operations, by chance."""
        for _ in range(count):
            # numbers of microseconds, so that no two steps are at one moment
            self.scripted.now += timedelta(minutes=1 + self.random.randrange(300))
            await self._step()

    async def _step(self) -> None:
        member, other = self.random.sample(self.members, 2)
        match self.random.randrange(8):
            case 0 | 1:
                await self.scripted.report(member, "purchase", {"total": self.random.randrange(1, 120)})
            case 2:
                await self.scripted.report(member, "app_login", {})
            case 3:
                await self.scripted.report(member, "refund", {"total": self.random.randrange(1, 60)})
            case 4:
                await self.scripted.wait(self.random.randrange(1, 9))
            case _:
                await self._operate_by_chance(member, other)

    async def _operate_by_chance(self, member: str, other: str) -> None:
        choices: list[tuple[Callable[..., Any], Callable[[], Any]]] = [
            (add_points, lambda: AddPoints(member, self._amount(), self._wallet(), comment="by hand")),
            (add_points, lambda: AddPoints(member, self._amount(), pending_until=self._later())),
            (spend_points, lambda: SpendPoints(member, self._amount(), self._wallet())),
            (hold_points, lambda: HoldPoints(member, self._amount(), until=self._later())),
            (hold_points, lambda: HoldPoints(member, self._amount())),
            (transfer_points, lambda: TransferPoints(member, other, self._amount(), self._wallet())),
        ]
        kinds: list[tuple[Callable[..., Any], tuple[str, ...]]] = [
            (release_points, ("hold",)),
            (capture_points, ("hold",)),
            (expire_points, ("award", "add", "receive")),
            (activate_points, ("award", "add")),
            (cancel_transfer, ("award", "add", "deduct", "spend", "capture", "send", "receive", "hold", "expire")),
            (cancel_transfer, ("award", "send")),
        ]
        if self.random.random() < 0.5:
            operation, request = self.random.choice(choices)
            arguments = [request()]
        else:
            operation, wanted = self.random.choice(kinds)
            found = await self._transfers(wanted)
            if not found:
                return
            arguments = self._about(operation, self.random.choice(found))
        try:
            await self.operate(operation, *arguments)
        except Refusal as refusal:
            self.refused.append(f"{operation.__name__}: {refusal}")
        else:
            self.done.append(operation.__name__)

    def _about(self, operation: Callable[..., Any], transfer: str) -> list[Any]:
        if operation is capture_points:
            return [transfer, self.random.choice([None, 1, 2])]
        if operation is cancel_transfer:
            by = self.random.choice(("shop", "member"))
            return [CancelTransfer(transfer, by, self.random.choice([None, self._later()]))]
        return [transfer]

    async def _transfers(self, kinds: tuple[str, ...]) -> list[str]:
        from sqlalchemy import select

        from database.tables import transfer

        def read(tx: ReadTransaction) -> list[str]:
            wanted = select(transfer.c.id).where(transfer.c.kind.in_(kinds)).order_by(transfer.c.at, transfer.c.id)
            return list(tx.connection.execute(wanted).scalars())

        return await self.scripted.database.store("DEFAULT").read(read)

    def _amount(self) -> int:
        return self.random.randrange(1, 60)

    def _wallet(self) -> str:
        return self.random.choice(["points", "points", "stars"])

    def _later(self) -> Any:
        return self.scripted.now + timedelta(days=self.random.randrange(1, 12))
