"""A store with two members, and requests that move their points."""

from dataclasses import dataclass
from typing import Any

import httpx2

from tests.kit.api import Api
from tests.kit.programs import PROGRAM

POINTS = "/api/DEFAULT/points"
WALLETS = """\
wallets:
  points: {default: true, decimals: 2, expires: {after: 90d}}
  stars: {title: Stars, pending: 14d, debt: none}
  shared: {transfers: {limits: [{every: year, times: 2}]}}
"""


def program() -> str:
    """The program of the kit with other wallets."""
    lines = [line for line in PROGRAM.splitlines() if not line.startswith(("wallets:", "  points:"))]
    return "\n".join(lines) + "\n" + WALLETS


@dataclass
class Shop:
    """An API whose store has the members Anna and Bert. Each request moves Anna's points unless it says otherwise."""

    api: Api
    anna: str
    bert: str
    token: str
    """Anna's own."""

    @classmethod
    async def open(cls, api: Api) -> "Shop":
        await api.deploy(program=program())
        ids = []
        for name in ("anna", "bert"):
            new = {"email": f"{name}@example.com", "plainPassword": "password"}
            ids.append((await api.post("/api/DEFAULT/member", {"customer": new})).json()["customerId"])
        login = {"username": "anna@example.com", "password": "password"}
        token = (await api.post("/api/DEFAULT/member/login_check", login)).json()["token"]
        api.started.clear()
        return cls(api, *ids, token)

    async def post(self, path: str, transfer: Any = None, **headers: str) -> httpx2.Response:
        """POST to a path below `/points`, with this transfer."""
        content = {} if transfer is None else {"transfer": transfer}
        return await self.api.post(f"{POINTS}/{path}", content, headers=headers)

    async def moved(self, path: str, **transfer: Any) -> str:
        """Move points; return the id of the transfer."""
        answer = await self.post(path, transfer)
        assert answer.status_code == 200, answer.text
        return answer.json()["transferId"]

    async def add(self, points: Any, **more: Any) -> str:
        return await self.moved("add", **{"customer": self.anna, "points": points} | more)

    async def spend(self, points: Any, **more: Any) -> str:
        return await self.moved("spend", **{"customer": self.anna, "points": points} | more)

    async def block(self, points: Any, **more: Any) -> str:
        return await self.moved("block", **{"customer": self.anna, "points": points} | more)

    async def transfer(self, points: Any, **more: Any) -> str:
        return await self.moved("transfer", **{"sender": self.anna, "receiver": self.bert, "points": points} | more)

    async def send(self, transfer: Any, token: str | None = None, **headers: str) -> httpx2.Response:
        """Send points as Anna, who is logged in."""
        authorization = {"Authorization": f"Bearer {token or self.token}"}
        path = "/api/DEFAULT/member/points"
        return await self.api.post(path, {"transfer": transfer}, headers=authorization | headers)

    async def show(self, transfer_id: str) -> Any:
        return await self.api.get(f"{POINTS}/{transfer_id}")

    async def items(self, query: str = "") -> list[Any]:
        return (await self.api.get(f"{POINTS}?{query}"))["items"]

    async def account(self, member: str | None = None, wallet: str = "points") -> dict[str, Any]:
        """What a member has in a wallet, without the suffix `Units`."""
        wallets = (await self.api.get(f"/api/DEFAULT/member/{member or self.anna}/wallet"))["items"]
        (found,) = [each for each in wallets if each["walletType"]["code"] == wallet]
        return {name.removesuffix("Units"): amount for name, amount in found["account"].items()}

    async def active(self, member: str | None = None, wallet: str = "points") -> Any:
        """What a member can spend."""
        return (await self.account(member, wallet))["active"]
