from collections.abc import AsyncIterator

import pytest

from activities.webhooks.client import WebhookClient
from tests.kit.webhook_client import LOOPBACK


@pytest.fixture
async def client() -> AsyncIterator[WebhookClient]:
    async with WebhookClient(LOOPBACK) as running:
        yield running
