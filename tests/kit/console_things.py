"""One of everything that a page of the console is about, as administrators and shops make it by the API."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from commands.shared import embedded
from tests.kit.browser import PASSWORD
from tests.kit.transactions import document

_PATIENCE = 60
_NOWHERE = "http://127.0.0.1:65009/hook"
"""Where a delivery is refused, so that its next attempt is shown."""


async def add_things(laurel: embedded.Laurel) -> Mapping[str, str]:
    """Add them to the coffee shop; return their ids by the names that the routes of the console give them."""
    async with httpx2.AsyncClient(base_url=laurel.url, timeout=90) as http:
        login = await http.post("/api/admin/login_check", json={"username": "admin", "password": PASSWORD})
        http.headers["Authorization"] = f"Bearer {login.json()['token']}"
        return await _Adding(http, f"/api/{laurel.store}").everything()


class _Adding:
    """Adds things by the API of one store."""

    def __init__(self, http: httpx2.AsyncClient, store: str) -> None:
        self._http, self._store = http, store

    async def everything(self) -> Mapping[str, str]:
        hook = {"eventName": "TransactionRegistered", "url": _NOWHERE, "name": "Nowhere"}
        subscription = (await self._post("webhook/subscription", {"webhookSubscription": hook}))[
            "webhookSubscriptionId"
        ]
        member, survivor, merged = [await self._member(name) for name in ("carla", "stays", "goes")]
        who = {"email": "carla@example.com"}
        return {
            "member": member,
            "subscription": subscription,
            "correction": await self._correction(member),
            "transfer": (await self._first(f"points?member:id={member}"))["transferId"],
            "transaction": (await self._post("transaction", document("C-1", customer=who)))["transactionId"],
            "issued": (await self._reward(member)),
            "merge": (await self._post(f"member/{survivor}/merge", {"mergedCustomer": merged}))["mergeId"],
            "import": await self._import(),
            "customEvent": await self._event(who),
            "delivery": await self._delivery(subscription),
            "resend": (await self._post("webhook/resend", {"resend": {}}))["webhookResendId"],
            "admin": await self._administrator(),
        }

    async def _member(self, name: str) -> str:
        made = await self._post(
            "member", {"customer": {"email": f"{name}@example.com", "firstName": name.capitalize()}}
        )
        return str(made["customerId"])

    async def _correction(self, member: str) -> str:
        change = {"customer": member, "reason": "goodwill", "points": {"type": "add", "points": 500}}
        return str((await self._post("correction", {"correction": change}))["correctionId"])

    async def _reward(self, member: str) -> str:
        bought = await self._post(
            "reward/free-coffee/buy", {"customerId": member, "quantity": 1, "withoutPoints": True}
        )
        return str(bought[0]["issuedRewardId"])

    async def _import(self) -> str:
        file = {"import[file]": ("members.csv", b"email\nimported@example.com\nnot-an-email\n", "text/csv")}
        answer = await self._http.post(f"{self._store}/import/member", files=file)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["importId"])

    async def _event(self, who: Mapping[str, str]) -> str:
        event = {
            "type": "app_login",
            "eventDate": "2026-05-01T10:00:00",
            "customerData": who,
            "body": {"device": "ios"},
        }
        event_id = (await self._post("customEvent", {"event": event}))["customEventId"]
        await self._until(f"customEvent/{event_id}", lambda shown: shown["status"] == "applied")
        return str(event_id)

    async def _delivery(self, subscription: str) -> str:
        path = f"webhook/delivery?webhookSubscriptionId={subscription}"
        await self._until(path, lambda shown: bool(shown["items"]))
        return str((await self._first(path))["webhookDeliveryId"])

    async def _administrator(self) -> str:
        admin = {"email": "colleague@example.com", "plainPassword": PASSWORD, "roles": ["support"]}
        answer = await self._http.post("/api/admin/data", json={"admin": admin})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["adminId"])

    async def _first(self, path: str) -> Any:
        return (await self._get(path))["items"][0]

    async def _until(self, path: str, is_so: Callable[[Any], bool]) -> None:
        async with asyncio.timeout(_PATIENCE):
            while not is_so(await self._get(path)):
                await asyncio.sleep(0.2)

    async def _get(self, path: str) -> Any:
        answer = await self._http.get(f"{self._store}/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def _post(self, path: str, content: Mapping[str, Any]) -> Any:
        answer = await self._http.post(f"{self._store}/{path}", json=content)
        assert answer.status_code == 200, answer.text
        return answer.json()
