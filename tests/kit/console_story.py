"""What has happened in the store of the console's tests: a few members, their events, and one text that is hostile."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import httpx2

from commands.shared import embedded
from tests.kit.browser import PASSWORD

HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 10_000
"""Markup, a mark that turns the direction of text, and 10,000 characters."""

ITEM = {"sku": "coffee-1", "category": "coffee", "price": 3.5, "quantity": 1}

EVENTS: tuple[dict[str, Any], ...] = (
    {"type": "app_login", "customerData": {"email": "anna@example.com"}, "body": {"device": "ios"}},
    {
        "type": "purchase",
        "eventId": "receipt-4711",
        "customerData": {"email": "anna@example.com"},
        "body": {"total": 12, "channel": "web", "items": [ITEM]},
    },
    {
        "type": "purchase",
        "eventId": "receipt-4712",
        "customerData": {"email": "bert@example.com"},
        "body": {"total": 25, "channel": "store", "items": [ITEM], "shop": HOSTILE},
    },
)


async def report_story(laurel: embedded.Laurel) -> None:
    """Report the events of the story, and wait until they are applied."""
    await report(laurel, EVENTS)


async def report(laurel: embedded.Laurel, events: Iterable[Mapping[str, Any]]) -> None:
    """Report events, and wait until they are applied."""
    async with httpx2.AsyncClient(base_url=laurel.url, timeout=90) as http:
        login = await http.post("/api/admin/login_check", json={"username": "admin", "password": PASSWORD})
        http.headers["Authorization"] = f"Bearer {login.json()['token']}"
        wait = {"Prefer": "wait=30"}
        for each in events:
            event = {"event": {"eventDate": "2026-05-01T10:00:00", **each}}
            answer = await http.post(f"/api/{laurel.store}/customEvent", json=event, headers=wait)
            assert answer.status_code == 200, answer.text
            await _until_applied(http, f"/api/{laurel.store}/customEvent/{answer.json()['customEventId']}")


async def _until_applied(http: httpx2.AsyncClient, path: str) -> None:
    """Ask for an event until it is applied, also on a machine on which that takes longer than a request may wait."""
    async with asyncio.timeout(60):
        while (await http.get(path)).json()["status"] != "applied":
            await asyncio.sleep(0.2)
