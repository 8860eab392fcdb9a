"""Requests that buy rewards of which there are few, use their coupons and cancel them."""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import uuid4

from benchmarks.audit import BoughtReward

Send: TypeAlias = Callable[[str, Mapping[str, Any] | None, str], Awaitable[Any]]
"""Posts a body to a path with an Idempotency-Key until it is answered; None: it was refused."""

STORE = "/api/DEFAULT"
CODES: Sequence[str] = [f"CODE-{number}" for number in range(6)]
STOCK = 6


@dataclass
class RewardRequests:
    """Buys and cancels rewards of members at random, and remembers what was answered."""

    send: Send
    luck: random.Random
    members: int
    bought: list[BoughtReward] = field(default_factory=list)
    cancelled: set[str] = field(default_factory=set)
    refused: int = 0

    async def upload(self) -> None:
        """Upload the codes of the voucher."""
        await self.send(f"{STORE}/reward/voucher/coupon", {"coupons": CODES}, "codes")

    async def one(self) -> None:
        """Ask for one thing; it may be refused."""
        await self.luck.choice([self._buy, self._buy, self._cancel])()

    async def _buy(self) -> None:
        reward = self.luck.choice(["mug", "voucher"])
        email = f"member-{self.luck.randrange(self.members)}@example.com"
        content = {"customerId": f"email={email}", "quantity": 1, "withoutPoints": False}
        answer = await self.send(f"{STORE}/reward/{reward}/buy", content, uuid4().hex)
        if answer is None:
            self.refused += 1
        else:
            self.bought += [BoughtReward(each["issuedRewardId"], reward, email) for each in answer]

    async def _cancel(self) -> None:
        there = [each for each in self.bought if each.id not in self.cancelled]
        if there:
            issued = self.luck.choice(there).id
            if await self.send(f"{STORE}/redemption/{issued}/cancel", {}, uuid4().hex) is None:
                self.refused += 1
            else:
                self.cancelled.add(issued)
