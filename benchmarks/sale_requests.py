"""Requests that report sales and returns: of known customers and of ones who come later, some before their sale."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeAlias

from benchmarks.sale_audit import Sale

Send: TypeAlias = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, str]]]
"""Posts a body to a path until it is answered by 200; without a key, since a document number makes it idempotent."""

PATH = "/api/DEFAULT/transaction"
PRICES = {"beans": 20, "cup": 10, "filter": 5}
EARLY, TWICE = 0.15, 0.3
"""How many returns are reported before their sale, and how many documents twice at the same time."""


@dataclass
class SaleRequests:
    """Sells to members at random and takes goods back, and remembers what was answered."""

    send: Send
    luck: random.Random
    members: int
    sales: list[Sale] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    async def one(self) -> None:
        """Report a sale, or a return of one."""
        await self.luck.choice([self._sell, self._sell, self._take_back])()

    async def _sell(self) -> None:
        email = f"member-{self.luck.randrange(self.members)}@example.com"
        bought = {sku: self.luck.randint(1, 3) for sku in self.luck.sample(sorted(PRICES), self.luck.randint(1, 3))}
        sale = Sale(f"S-{next(self._numbers)}", email, _value(bought), dict(bought))
        if self.luck.random() < EARLY:
            await self._return(sale)
        sale.id = await self._report(sale.number, bought, {"customerData": {"email": email}})
        self.sales.append(sale)

    async def _take_back(self) -> None:
        there = [each for each in self.sales if each.left]
        if there:
            await self._return(self.luck.choice(there))

    async def _return(self, sale: Sale) -> None:
        """Return a part of what is left; what is under way is not left."""
        sku = self.luck.choice(sorted(sale.left))
        quantity = self.luck.randint(1, sale.left[sku])
        sale.left[sku] -= quantity
        sale.left = {name: number for name, number in sale.left.items() if number}
        sale.returned += _value({sku: quantity})
        number = f"R-{next(self._numbers)}"
        header = {"documentType": "return", "linkedDocumentNumber": sale.number}
        sale.returns[number] = await self._report(number, {sku: quantity}, {}, **header)

    async def _report(self, number: str, lines: Mapping[str, int], more: Mapping[str, Any], **header: str) -> str:
        """Report a document, sometimes twice at once; return the id of the transaction."""
        at = datetime.now(UTC) + (timedelta(minutes=5) if header else timedelta())  # one before its sale is later, too
        items = [
            {"sku": sku, "name": sku, "category": "shop", "quantity": number, "grossValue": PRICES[sku] * number}
            for sku, number in lines.items()
        ]
        body = {
            "transaction": {
                "header": {"documentNumber": number, "purchasedAt": at.isoformat(), **header},
                "items": items,
                **more,
            }
        }
        times = 2 if self.luck.random() < TWICE else 1
        answers = await asyncio.gather(*(self.send(PATH, body) for _ in range(times)))
        ids = {each["transactionId"] for each in answers}
        return ids.pop() if len(ids) == 1 else f"several: {sorted(ids)}"


def _value(lines: Mapping[str, int]) -> int:
    return sum(PRICES[sku] * number for sku, number in lines.items())
