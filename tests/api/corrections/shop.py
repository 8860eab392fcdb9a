"""A store with one member, an administrator without bounds and two of support, who correct the member."""

from dataclasses import dataclass
from typing import Any

import httpx2

from tests.kit.access import Credentials, add_administrator
from tests.kit.api import Api

PATH = "/api/DEFAULT/correction"
FREE_COFFEE = "reward: coffee\ntitle: A coffee\nprice: 10\ncoupon: {value: 5, type: money}\n"


@dataclass
class Desk:
    """Corrections of Anna by several people. A request is made as the administrator unless it says otherwise."""

    api: Api
    anna: str
    support: Credentials
    other: Credentials

    @classmethod
    async def open(cls, api: Api) -> "Desk":
        await api.deploy(rewards__coffee=FREE_COFFEE)
        anna = (await api.post("/api/DEFAULT/member", {"customer": {"email": "anna@example.com"}})).json()["customerId"]
        support = await add_administrator(api, "support")
        other = await add_administrator(api, "second", role=3)
        return cls(api, anna, support, other)

    async def ask(self, by: Credentials | None = None, /, **change: Any) -> httpx2.Response:
        """Ask for a correction, for goodwill unless it says why."""
        correction = {"customer": self.anna, "reason": "goodwill"} | change
        return await self._post("", {"correction": correction}, by)

    async def made(self, by: Credentials | None = None, /, **change: Any) -> Any:
        answer = await self.ask(by, **change)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def add(self, points: Any, by: Credentials | None = None, /, **more: Any) -> Any:
        return await self.made(by, points={"type": "add", "points": points} | more)

    async def preview(self, by: Credentials | None = None, /, **change: Any) -> Any:
        correction = {"customer": self.anna, "reason": "goodwill"} | change
        answer = await self._post("/preview", {"correction": correction}, by)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def act(self, correction: Any, action: str, by: Credentials | None = None, comment: str = "") -> Any:
        """Approve, reject or undo a correction."""
        return await self._post(f"/{correction['correctionId']}/{action}", {"correction": {"comment": comment}}, by)

    async def show(self, correction: Any) -> Any:
        return await self.api.get(f"{PATH}/{correction['correctionId']}")

    async def items(self, query: str = "") -> list[Any]:
        return (await self.api.get(f"{PATH}?{query}"))["items"]

    async def active(self) -> Any:
        """How many points Anna can spend."""
        wallets = (await self.api.get(f"/api/DEFAULT/member/{self.anna}/wallet"))["items"]
        return wallets[0]["account"]["activeUnits"] if wallets else 0

    async def tier(self) -> str:
        member = await self.api.get(f"/api/DEFAULT/member/{self.anna}")
        return member["currentLevel"]["name"]

    async def _post(self, path: str, content: Any, by: Credentials | None) -> httpx2.Response:
        headers = {} if by is None else {"Authorization": by.key}
        return await self.api.post(PATH + path, content, headers=headers)
