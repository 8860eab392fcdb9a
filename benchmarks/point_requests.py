"""Requests that move points by hand: added, spent, blocked, captured, sent to another member, cancelled."""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import uuid4

from benchmarks.audit import Moved

Send: TypeAlias = Callable[[str, Mapping[str, Any], str], Awaitable[Mapping[str, Any] | None]]
"""Posts a body to a path with an Idempotency-Key until it is answered; None: it was refused."""

HOLD_SECONDS = 4
POINTS = "/api/DEFAULT/points"


@dataclass
class PointRequests:
    """Moves points of members at random, and remembers what was answered."""

    send: Send
    luck: random.Random
    members: int
    moved: list[Moved] = field(default_factory=list)
    refused: int = 0

    async def one(self) -> None:
        """Ask for one movement; it may be refused."""
        await self.luck.choice([self._add, self._spend, self._hold, self._capture, self._transfer, self._cancel])()

    async def _add(self) -> None:
        await self._move("add", "add", {"customer": self._name(self._member())})

    async def _spend(self) -> None:
        await self._move("spend", "spend", {"customer": self._name(self._member())})

    async def _hold(self) -> None:
        ends = {"until": (datetime.now(UTC) + timedelta(seconds=HOLD_SECONDS)).isoformat()}
        more = ends if self.luck.random() < 0.5 else {}
        await self._move("block", "hold", {"customer": self._name(self._member()), **more})

    async def _capture(self) -> None:
        if holds := [each for each in self.moved if each.kind == "hold"]:
            hold = self.luck.choice(holds)
            await self._move(f"{hold.transfer}/capture", "capture", {}, most=hold.points)

    async def _transfer(self) -> None:
        sender, receiver = self.luck.sample(range(self.members), 2)
        await self._move("transfer", "send", {"sender": self._name(sender), "receiver": self._name(receiver)})

    async def _cancel(self) -> None:
        moved = [each for each in self.moved if each.kind != "cancel"]
        if moved:
            transfer = self.luck.choice(moved).transfer
            answer = await self.send(f"{POINTS}/{transfer}/cancel", {"transfer": {}}, uuid4().hex)
            self._remember(answer, Moved(transfer, "cancel", 0))

    async def _move(self, path: str, kind: str, transfer: Mapping[str, Any], *, most: int = 300) -> None:
        points = self.luck.randint(1, most)
        answer = await self.send(f"{POINTS}/{path}", {"transfer": {**transfer, "points": points}}, uuid4().hex)
        self._remember(answer, Moved("" if answer is None else answer["transferId"], kind, points))

    def _remember(self, answer: Mapping[str, Any] | None, moved: Moved) -> None:
        if answer is None:
            self.refused += 1
        else:
            self.moved.append(moved)

    def _member(self) -> int:
        return self.luck.randrange(self.members)

    def _name(self, member: int) -> str:
        return f"email=member-{member}@example.com"
