"""The webhooks of every movement of points, as a real receiver gets them in each format."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import uuid4

from temporalio.client import Client

from database import Database
from tests.api.points.shop import program
from tests.kit.api import Api
from tests.kit.api import running as running_api
from tests.kit.due_items import run_due_items
from tests.kit.programs import files
from tests.kit.receiver import Receiver, Request
from tests.kit.running import Running
from tests.kit.running import running as running_worker
from tests.kit.shapes import faults
from tests.kit.webhook_shapes import CURRENT

FORMATS = ("current", "legacy", "envelope")
NAMES = ("AvailablePointsAmountChanged", "UnitsTransferWasAdded")

REACTORS = {
    "reactors__add": "reactor: add\non: app_login\nthen: [{award_points: {points: 25}}]\n",
    "reactors__lock": "reactor: lock\non: text\nthen: [{award_points: {points: 25, pending: 7d}}]\n",
    "reactors__take": "reactor: take\non: purchase\nthen: [{deduct_points: {points: 25}}]\n",
    "reactors__points-for-purchase": "",
}

Summary: TypeAlias = tuple[Any, ...]
"""What a message says: of a balance its change and the balance, of a transfer its type, units, and if it is pending."""


@dataclass
class Shop:
    """A running store: an API, a worker, and a member with 100 points of their own."""

    api: Api
    laurel: Running
    receiver: Receiver
    member: str = ""
    other: str = ""
    seen: int = 0

    async def post(self, path: str, transfer: Any = None) -> str:
        """Move points; return the id of the transfer, if the answer has one."""
        content = {} if transfer is None else {"transfer": transfer}
        answer = await self.api.post(f"/api/{self.laurel.store}/points/{path}", content)
        assert answer.status_code in (200, 204), answer.text
        return answer.json()["transferId"] if answer.content else ""

    async def move(self, path: str, points: int, **more: Any) -> str:
        return await self.post(path, {"customer": self.member, "points": points} | more)

    async def settle(self) -> None:
        """Run the workflows of everything that the API accepted, their deliveries included."""
        while self.api.started:
            await self.laurel.answer(self.api.started.pop(0))

    async def pass_time(self, days: int) -> None:
        """Run what is due by then; an item waits for the events of its member, which the store's clock causes, too."""
        now, database = datetime.now(UTC) + timedelta(days=days), self.api.database
        while (earliest := await self._earliest()) is not None and earliest <= now:
            self.api.started += (await run_due_items(database, now, store=self.laurel.store)).due
            await self.settle()
            await asyncio.sleep(0.02)

    async def _earliest(self) -> datetime | None:
        return await self.api.database.store(self.laurel.store).read(lambda tx: tx.due_items.earliest())

    async def begin(self) -> None:
        """Register two members, the first with 100 points, and forget what was sent until now."""
        path = f"/api/{self.laurel.store}/member"
        ids = []
        for _ in range(2):
            new = {"customer": {"email": f"{uuid4().hex}@example.com"}}
            ids.append((await self.api.post(path, new)).json()["customerId"])
        self.member, self.other = ids
        await self.move("add", 100, expiresInDays=3650)
        await self.settle()
        self.seen = len(self.receiver.requests)

    async def received(self) -> dict[str, list[Summary]]:
        """What has arrived since about the two members, by format, in order: time passes for others, too."""
        await self.settle()
        ours = (self.member.encode(), self.other.encode())
        since = [each for each in self.receiver.requests[self.seen :] if any(one in each.body for one in ours)]
        return {each: sorted(_summary(request) for request in since if request.path == f"/{each}") for each in FORMATS}


def _summary(request: Request) -> Summary:
    """What a message says, in any format."""
    content, form = request.json, request.path.removeprefix("/")
    if form == "current":
        assert faults(CURRENT[content["eventName"]], content["data"]) == []
        return _of_data(content["eventName"] == NAMES[0], content["data"])
    if form == "envelope":
        event = content["event"]
        assert event["payload"] == event["executionResults"]
        return _of_data(event["eventType"] == "available-points-amount-changed", event["payload"])
    data = content["data"]
    if content["type"] == "account.available_points_amount_changed":
        return ("balance", data["amount_change_type"], data["amount_change"], data["amount"])
    assert content["type"] == "units.transfer_was_added"
    return _of_data(False, data)


def _of_data(is_balance: bool, data: Mapping[str, Any]) -> Summary:
    if is_balance:
        return ("balance", data["amountChangeType"], data["amountChange"], data["amount"])
    return ("transfer", data["type"], data["units"], data["pending"])


def balance(change: str, points: int, now: int) -> Summary:
    return ("balance", change, points, now)


def transfer(type_: str, points: int, *, pending: bool = False) -> Summary:
    return ("transfer", type_, points, pending)


Cause: TypeAlias = Callable[[Shop], Awaitable[Any]]


async def spend(shop: Shop) -> None:
    await shop.move("spend", 30)


async def add(shop: Shop) -> None:
    await shop.move("add", 30)


async def add_pending(shop: Shop) -> None:
    await shop.move("add", 30, lockedUntilDays=7)


async def reactor_adds(shop: Shop) -> None:
    await report(shop, "app_login", {})


async def reactor_adds_pending(shop: Shop) -> None:
    await report(shop, "text", {})


async def reactor_deducts(shop: Shop) -> None:
    await report(shop, "purchase", {"total": 1})


async def report(shop: Shop, type_: str, body: Any) -> None:
    event = {"type": type_, "eventDate": "2024-05-01", "customerData": {"customerId": shop.member}, "body": body}
    answer = await shop.api.post(f"/api/{shop.laurel.store}/customEvent", {"event": event})
    assert answer.status_code == 200, answer.text


async def after(shop: Shop, done: Awaitable[str]) -> str:
    """Do something and forget its messages."""
    transfer_id = await done
    await shop.settle()
    shop.seen = len(shop.receiver.requests)
    return transfer_id


async def cancel_addition(shop: Shop) -> None:
    added = await after(shop, shop.move("add", 30))
    await shop.post(f"{added}/cancel")


async def cancel_pending(shop: Shop) -> None:
    added = await after(shop, shop.move("add", 30, lockedUntilDays=7))
    await shop.post(f"{added}/cancel")


async def cancel_spend(shop: Shop) -> None:
    spent = await after(shop, shop.move("spend", 30))
    await shop.post(f"{spent}/cancel")


async def activate_by_time(shop: Shop) -> None:
    await after(shop, shop.move("add", 30, lockedUntilDays=7, expiresInDays=3000))
    await shop.pass_time(8)


async def activate_by_hand(shop: Shop) -> None:
    added = await after(shop, shop.move("add", 30, lockedUntilDays=7))
    await shop.post(f"{added}/activate")


async def expire_by_time(shop: Shop) -> None:
    await after(shop, shop.move("add", 30, expiresInDays=1))
    await shop.pass_time(2)


async def expire_by_hand(shop: Shop) -> None:
    added = await after(shop, shop.move("add", 30))
    await shop.post(f"{added}/expire")


async def block(shop: Shop) -> None:
    await shop.move("block", 30)


async def unblock(shop: Shop) -> None:
    blocked = await after(shop, shop.move("block", 30))
    await shop.post(f"{blocked}/cancel")


async def unblock_by_time(shop: Shop) -> None:
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    await after(shop, shop.move("block", 30, until=until))
    await shop.pass_time(2)


async def capture_all(shop: Shop) -> None:
    blocked = await after(shop, shop.move("block", 30))
    await shop.post(f"{blocked}/capture")


async def capture_a_part(shop: Shop) -> None:
    blocked = await after(shop, shop.move("block", 30))
    await shop.post(f"{blocked}/capture", {"points": 20})


async def member_to_member(shop: Shop) -> None:
    await shop.post("transfer", {"sender": shop.member, "receiver": shop.other, "points": 30})


SENT: Mapping[str, tuple[Cause, list[Summary]]] = {
    "spent": (spend, [balance("subtract", 30, 70), transfer("spending", 30)]),
    "added by hand": (add, [balance("add", 30, 130), transfer("adding", 30)]),
    "added as pending": (add_pending, [transfer("adding", 30, pending=True)]),
    "a reactor adds": (reactor_adds, [balance("add", 25, 125), transfer("adding", 25)]),
    "a reactor adds pending ones": (reactor_adds_pending, [transfer("adding", 25, pending=True)]),
    "a reactor deducts": (reactor_deducts, [balance("subtract", 25, 75), transfer("spending", 25)]),
    "an addition is cancelled": (cancel_addition, [balance("subtract", 30, 100), transfer("spending", 30)]),
    "a pending addition is cancelled": (cancel_pending, [transfer("spending", 30)]),
    "a spend is cancelled": (cancel_spend, [balance("add", 30, 100), transfer("adding", 30)]),
    "activated by time": (activate_by_time, [balance("add", 30, 130), transfer("adding", 30)]),
    "activated by hand": (activate_by_hand, [balance("add", 30, 130), transfer("adding", 30)]),
    "expired by time": (expire_by_time, [balance("subtract", 30, 100), transfer("expired", 30)]),
    "expired by hand": (expire_by_hand, [balance("subtract", 30, 100), transfer("expired", 30)]),
    "blocked": (block, [balance("subtract", 30, 70), transfer("blocked", 30)]),
    "unblocked": (unblock, [balance("add", 30, 100), transfer("adding", 30)]),
    "unblocked by time": (unblock_by_time, [balance("add", 30, 100), transfer("adding", 30)]),
    "captured": (capture_all, [transfer("spending", 30)]),
    "captured in part": (
        capture_a_part,
        [balance("add", 10, 80), transfer("adding", 10), transfer("spending", 20)],
    ),
    "member to member": (
        member_to_member,
        [
            balance("p2p_add", 30, 30),
            balance("p2p_subtract", 30, 70),
            transfer("p2p_adding", 30),
            transfer("p2p_spending", 30),
        ],
    ),
}
"""What each cause sends, in order of the text."""


@asynccontextmanager
async def open_shop(database: Database, temporal: Client, receiver: Receiver) -> AsyncIterator[Shop]:
    """A store whose worker runs, with a subscription to both messages in each format."""
    text = program().replace("points: {default: true, decimals: 2, ", "points: {default: true, ")
    async with (
        running_worker(
            database, temporal, files(program=text, events__text="event: text\nbody: {type: object}\n", **REACTORS)
        ) as laurel,
        running_api(database) as api,
    ):
        for form in FORMATS:
            for name in NAMES:
                await laurel.subscribe(name, f"{receiver.url}/{form}", form=form)
        yield Shop(api, laurel, receiver)


async def test_every_cause_sends_its_messages_in_each_format(
    sqlite_database: Database, temporal: Client, receiver: Receiver
):
    async with open_shop(sqlite_database, temporal, receiver) as shop:
        found = {}
        for name, (cause, _) in SENT.items():
            await shop.begin()
            await cause(shop)
            found[name] = await shop.received()

    expected = {name: dict.fromkeys(FORMATS, sorted(received)) for name, (_, received) in SENT.items()}
    assert {name: received for name, received in found.items() if received != expected[name]} == {}
