"""The due items that need somebody: in a database and behind the API of a running Laurel, the same."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from commands.due.due_items import ApiDueItems, DatabaseDueItems, DueItems, NoSuchDueItem
from commands.shared.registry import RegistryError
from database import Database, Transaction
from loyalty.store.due_items import DueItem
from tests.kit.api import Api, running

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    async with running(database) as started:
        yield started


@pytest.fixture(params=["database", "api"])
def due_items(request: pytest.FixtureRequest, api: Api) -> DueItems:
    return DatabaseDueItems(api.database) if request.param == "database" else ApiDueItems(api.http)


async def fill(api: Api, failed: int, overdue: int) -> None:
    """Store items that are set aside, overdue, and due tomorrow, numbered from the first due."""

    def store(tx: Transaction) -> None:
        for number in range(failed):
            at = NOW - timedelta(hours=failed - number)
            tx.due_items.set(f"failed {number:03}", "expire", at, member=None)
            tx.due_items.set_aside(DueItem(f"failed {number:03}", "expire", at, None), "KeyError: 'points'", now=NOW)
        for number in range(overdue):
            at = NOW - timedelta(hours=overdue - number)
            tx.due_items.set(f"overdue {number:03}", "warn", at, member=None)
        tx.due_items.set("tomorrow", "warn", NOW + timedelta(days=1), member=None)

    await api.write(store)


async def test_what_is_set_aside_and_what_is_overdue_are_apart(api: Api, due_items: DueItems) -> None:
    await fill(api, 60, 3)

    failed = await due_items.failed("DEFAULT", 55)
    overdue = await due_items.overdue("DEFAULT", 10, before=NOW)

    assert [each.subject for each in failed.items] == [f"failed {number:03}" for number in range(55)]
    assert failed.total == 60
    assert (failed.items[0].error, failed.items[0].failed_at) == ("KeyError: 'points'", NOW)
    assert [each.subject for each in overdue.items] == ["overdue 000", "overdue 001", "overdue 002"]
    assert (overdue.total, overdue.items[0].due_at) == (3, NOW - timedelta(hours=3))
    assert await due_items.stores() == ["DEFAULT"]


async def test_only_an_item_that_is_set_aside_is_tried_again(api: Api, due_items: DueItems) -> None:
    await fill(api, 1, 1)

    retried = await due_items.retry("DEFAULT", "failed 000", "expire", now=NOW)
    again = await due_items.retry("DEFAULT", "failed 000", "expire", now=NOW)
    with pytest.raises(NoSuchDueItem, match="no due item expire of nobody in store DEFAULT"):
        await due_items.retry("DEFAULT", "nobody", "expire", now=NOW)

    assert (retried, again) == (True, False)
    assert (await due_items.failed("DEFAULT", 10)).total == 0


async def test_a_laurel_that_refuses_the_key_is_an_error_of_the_command(api: Api) -> None:
    api.http.headers["Authorization"] = "wrong"

    with pytest.raises(RegistryError, match="refused it"):
        await ApiDueItems(api.http).failed("DEFAULT", 10)
