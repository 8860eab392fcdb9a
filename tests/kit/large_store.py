"""A store with much of everything, and the paths of the API in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, text

from database import pages
from tests.kit.api import Api
from tests.kit.copied_rows import copy_rows
from tests.kit.every_resource import FILES, Things, add_every_resource
from tests.kit.sent import answer_events, subscribe

COPIES = 2_000
"""How often everything is copied: no table of a store has fewer rows."""
MEMBER = {
    "email": "anna@example.com",
    "firstName": "Anna",
    "lastName": "Nowak",
    "loyaltyCardNumber": "C-1",
    "address": {"city": "Wroclaw"},
}


@dataclass(frozen=True)
class LargeStore:
    """What the paths of the store DEFAULT name."""

    things: Things
    document: Mapping[str, Any]
    """The OpenAPI document."""
    member: str

    def path(self, template: str) -> str | None:
        """A path of a template; None: the store has nothing for one of its parameters."""
        names = self.things.names | {"storeCode": "DEFAULT", "member": self.member} | self.things.own.get(template, {})
        parameters = re.findall(r"{(\w+)(?::\w+)?}", template)
        if not all(each in names for each in parameters):
            return None
        return re.sub(r"{(\w+)(?::\w+)?}", lambda found: quote(names[found[1]]), template)


async def fill_store(api: Api, patch: pytest.MonkeyPatch) -> LargeStore:
    """Add one of everything, answer the events, and copy all of it; lists count and look up fewer rows than they do."""
    patch.setattr(pages, "MAX_COUNTED", 100)
    patch.setattr(pages, "MOST_CANDIDATES", 50)
    await api.deploy(**FILES)
    await subscribe(api, ["CustomerRegistered", "AvailablePointsAmountChanged"])
    member = (await api.post("/api/DEFAULT/member", {"customer": MEMBER})).json()["customerId"]
    things = await add_every_resource(api, member)
    reported = await api.report(type="app_login", body={"device": "ios"})
    await answer_events(api)
    await api.report()
    things.names |= {"customEvent": reported.json()["customEventId"]} | await _names_in_lists(api)
    engine = create_engine(api.database.url)
    with engine.begin() as connection:
        copy_rows(connection, COPIES)
    if engine.dialect.name == "postgresql":  # as its autovacuum does; SQLite has statistics that Laurel writes
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return LargeStore(things, await api.get("/openapi.json"), member)


async def _names_in_lists(api: Api) -> Mapping[str, str]:
    """The ids of what the lists of the store have."""
    paths = {"webhookSubscription": "webhook/subscription", "webhookDelivery": "webhook/delivery", "transfer": "points"}
    names = {"revision": "1", "eventType": "app_login"}
    for name, path in (paths | {"walletType": "walletType", "wallet": "member/email=anna@example.com/wallet"}).items():
        items = (await api.get(f"/api/DEFAULT/{path}"))["items"]
        names[name] = items[0][f"{name}Id"]
    return names
