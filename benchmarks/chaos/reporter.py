"""A client that reports purchases, and repeats each call until it is answered."""

import asyncio
import contextlib
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2

from benchmarks.audit import Purchase
from benchmarks.chaos.installation import PASSWORD, UP_SECONDS
from benchmarks.chaos.processes import ChaosError
from benchmarks.point_requests import PointRequests
from benchmarks.reward_requests import STOCK, RewardRequests
from benchmarks.sale_requests import SaleRequests

IN_FLIGHT = 8
PURCHASES_A_MEMBER = 50
COFFEES, MOVES, REWARDS, SALES = 0.2, 0.8, 0.8, 0.8
"""How often a coffee, a movement of points, a purchase of a reward, and a sale or a return follow a purchase."""

REPORTS = "/api/DEFAULT/customEvent"


@dataclass
class Reporter:
    """What was asked of Laurel, and what it answered."""

    client: httpx2.AsyncClient
    urls: Sequence[str]
    luck: random.Random
    members: int
    points: PointRequests = field(init=False)
    rewards: RewardRequests = field(init=False)
    sales: SaleRequests = field(init=False)
    accepted: list[Purchase] = field(default_factory=list)
    repeated: int = 0

    def __post_init__(self) -> None:
        self.points = PointRequests(self._until_done, self.luck, self.members)
        self.rewards = RewardRequests(self._until_done, self.luck, self.members)
        self.sales = SaleRequests(self._until_answered, self.luck, self.members)

    async def log_in(self) -> None:
        """Get an API key, which outlives every restart."""
        login = await self._until_answered("/api/admin/login_check", {"username": "admin", "password": PASSWORD})
        self.client.headers["Authorization"] = f"Bearer {login['token']}"
        key = await self._until_answered("/api/admin/admin/api-key", {"apiKey": {"name": "chaos"}})
        self.client.headers["Authorization"] = key["token"]

    async def stock(self) -> None:
        """Let there be a few of each reward."""
        answer = await self._answer("/api/DEFAULT/reward/mug/stock", {"stock": STOCK}, {}, method="PUT")
        if answer.status_code != 204:
            raise ChaosError(f"the stock could not be set: {answer.text[:300]}")
        await self.rewards.upload()

    async def subscribe(self, event_name: str, url: str) -> str:
        """Subscribe a receiver; return the id of the subscription."""
        wanted = {"webhookSubscription": {"eventName": event_name, "url": url}}
        answer = await self._until_answered("/api/DEFAULT/webhook/subscription", wanted)
        return answer["webhookSubscriptionId"]

    async def report(self, count: int) -> None:
        """Report so many purchases, a few at a time."""
        numbers = iter(range(1, count + 1))
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(self._report_some(numbers))

    async def _report_some(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            external_id, email = f"purchase-{number}", f"member-{self.luck.randrange(self.members)}@example.com"
            event = {
                "type": "purchase",
                "eventDate": datetime.now(UTC).isoformat(),
                "eventId": external_id,
                "customerData": {"email": email},
                "body": {"total": number},
            }
            sent_at = time.monotonic()
            answer = await self._until_answered(REPORTS, {"event": event})
            purchase = Purchase(answer["customEventId"], external_id, email, number, sent_at, time.monotonic())
            self.accepted.append(purchase)
            if self.luck.random() < COFFEES:
                coffee = {"type": "coffee", "eventId": f"coffee-{number}", "body": {}}
                await self._until_answered(REPORTS, {"event": {**event, **coffee}})
            if self.luck.random() < MOVES:
                await self.points.one()
            if self.luck.random() < REWARDS:
                await self.rewards.one()
            if self.luck.random() < SALES:
                await self.sales.one()

    async def _until_done(self, path: str, body: Mapping[str, object] | None, key: str) -> Any:
        """Post until it is answered, with a key, so that a repetition moves nothing; None: it was refused."""
        answer = await self._answer(path, body, {"Idempotency-Key": key})
        if answer.status_code in (400, 404):  # members who have reported nothing yet are unknown
            return None
        if answer.status_code not in (200, 204):
            raise ChaosError(f"{path} answered {answer.status_code}: {answer.text[:300]}")
        return answer.json() if answer.content else {}

    async def _until_answered(self, path: str, body: Mapping[str, object]) -> Mapping[str, str]:
        answer = await self._answer(path, body, {})
        if answer.status_code != 200:
            raise ChaosError(f"{path} answered {answer.status_code}: {answer.text[:300]}")
        said: Mapping[str, str] = answer.json()
        return said

    async def _answer(
        self, path: str, body: Mapping[str, object] | None, headers: Mapping[str, str], *, method: str = "POST"
    ) -> httpx2.Response:
        until = time.monotonic() + UP_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(httpx2.TransportError):
                url = self.luck.choice(self.urls) + path
                answer = await self.client.request(method, url, json=body, headers=dict(headers))
                if answer.status_code != 503:  # then a repetition may succeed
                    return answer
            self.repeated += 1
            await asyncio.sleep(0.2)
        raise ChaosError(f"{path} was not answered within {UP_SECONDS:.0f} s")
