"""Balances stay within 64 bits on every database, and sums of many are exact beyond them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from activities.events import EventActivities
from database.liability import scan_liability
from database.tables import account, event, lot, mark
from loyalty.calendar import local_day
from loyalty.points.liability import LiabilityRequest
from loyalty.program.wallets import MAX_POINTS, ONE
from loyalty.references import EventRef
from tests.api.points.shop import Shop
from tests.kit.api import fault

SHOPPER = "achievement: shopper\non: purchase\nmeasure: {sum: {var: event.body.total}}\ngoal: 1000000\n"


async def write(shop: Shop, statement: Any) -> None:
    await shop.api.write(lambda tx: tx.connection.execute(statement))


async def rows(shop: Shop) -> list[Any]:
    return await shop.api.write(lambda tx: tx.connection.execute(select(account).order_by(account.c.id)).all())


async def purchase(shop: Shop, total: Any) -> dict[str, Any]:
    """Report a purchase of Anna's, and return what came of it."""
    body = {"type": "purchase", "customerData": {"email": "anna@example.com"}, "body": {"total": total}}
    answer = await shop.api.report(**body)
    columns = [event.c[name] for name in ("store", "id", "type", "member", "revision")]
    queued = select(*columns).where(event.c.position.is_not(None)).order_by(event.c.position)
    waiting = await shop.api.write(lambda tx: [EventRef(*row) for row in tx.connection.execute(queued)])
    await EventActivities(shop.api.database, shop.api.programs).react_to_events(waiting, datetime.now(UTC))
    return await shop.api.get(f"/api/DEFAULT/customEvent/{answer.json()['customEventId']}")


@pytest.mark.parametrize("part", ["active", "earned"])
async def test_no_part_of_a_balance_grows_beyond_what_databases_hold(shop_anywhere: Shop, part: str):
    shop = shop_anywhere
    await shop.add(10)
    await write(shop, update(account).values({part: MAX_POINTS - 10 * ONE}))
    before = await rows(shop)

    refused = fault(await shop.post("add", {"customer": shop.anna, "points": 11}), "transfer.points")
    outcome = await purchase(shop, 11)
    unchanged = await rows(shop)
    await shop.add(10)

    assert (refused["code"], refused["parameters"]) == ("sumTooLarge", {"most": MAX_POINTS // ONE})
    assert (outcome["status"], outcome["error"]) == (
        "failed",
        f"the balance of points would be more than {MAX_POINTS // ONE}: add less, or to another wallet",
    )
    assert before == unchanged
    assert all(isinstance(value, int) for value in (await rows(shop))[0][4:12])


async def test_a_daily_sum_of_an_achievement_stays_within_what_databases_hold(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.api.deploy(achievements__shopper=SHOPPER)
    await purchase(shop, 1)
    await write(shop, update(mark).values(amount=MAX_POINTS - ONE, used=MAX_POINTS - ONE))

    outcome = await purchase(shop, 2)

    assert outcome["status"] == "failed"
    assert outcome["error"].startswith("what shopper counts on ")


async def test_what_a_store_owes_is_exact_beyond_64_bits(shop_anywhere: Shop):
    shop = shop_anywhere
    for member in (shop.anna, shop.bert):
        await shop.add(1, customer=member)
    left = MAX_POINTS - 1
    await write(shop, update(lot).values(remaining=left, points=left))
    await write(shop, update(account).values(owed=left))

    zone = shop.api.programs._compiled["DEFAULT", 1].zone
    today = local_day(datetime.now(UTC), zone)

    def read(connection: Connection) -> Any:
        return scan_liability(connection, "DEFAULT", LiabilityRequest(today, today, today, Decimal(0)), zone)

    found = await shop.api.database.access_read(lambda access: read(access.connection))

    assert (found.wallets[0].total.active, found.wallets[0].owed) == (2 * left, 2 * left)


async def test_a_filter_beyond_every_amount_finds_nothing_or_all(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(10)

    found = [len(await shop.items(f"value[{operator}]={10**15}")) for operator in ("gt", "lt")]

    assert found == [0, 1]
