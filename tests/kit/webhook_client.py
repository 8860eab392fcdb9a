"""Requests of the webhook client to this machine, and names that resolve as a test says."""

import asyncio
from datetime import timedelta

import pytest

from activities.webhooks.client import Attempt, WebhookClient
from loyalty.webhooks.addresses import parse_allow_list

LOOPBACK = parse_allow_list("127.0.0.0/8,::1/128")
SOON = timedelta(seconds=0.4)
BODY = b'{"amount": 12.50}'


async def post(client: WebhookClient, url: str, within: timedelta = timedelta(seconds=15)) -> Attempt:
    return await client.post(url, headers={"Content-Type": "application/json"}, body=BODY, timeout=within)


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Resolve every name to these addresses; return the list of resolved names, which grows."""
    asked: list[str] = []

    async def getaddrinfo(host, port, **_):
        asked.append(host)
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    return asked
