"""What is stuck: in a database and behind the API of a running Laurel, the same."""

from collections.abc import AsyncIterator

import pytest

from commands.shared.registry import RegistryError
from commands.stuck.stuck_things import ApiStuckThings, DatabaseStuckThings, NotStuck, StuckThings
from database import Database
from tests.kit.api import Api, running
from tests.kit.stuck import add_stuck


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    async with running(database) as started:
        yield started


@pytest.fixture(params=["database", "api"])
def things(request: pytest.FixtureRequest, api: Api) -> StuckThings:
    return DatabaseStuckThings(api.database) if request.param == "database" else ApiStuckThings(api.http)


async def test_all_is_found_and_what_can_be_tried_again_apart(api: Api, things: StuckThings) -> None:
    ids = [await api.write(add_stuck) for _ in range(13)]

    found = await things.find("DEFAULT", 60)
    retryable = await things.find("DEFAULT", 1000, retryable=True)

    assert (len(found.things), found.total) == (60, 6 * 13 + 1)
    assert (len(retryable.things), retryable.total) == (4 * 13, 4 * 13)
    assert {each.id for each in retryable.things if each.kind == "event"} == {each.failed for each in ids}
    assert await things.stores() == ["DEFAULT"]


async def test_each_kind_is_tried_again_or_refused_with_the_reason(api: Api, things: StuckThings) -> None:
    ids = await api.write(add_stuck)

    await things.retry("DEFAULT", "event", ids.failed, current=True)
    await things.retry("DEFAULT", "event", ids.overdue, current=False)
    await things.retry("DEFAULT", "delivery", ids.given_up, current=False)
    await things.retry("DEFAULT", "due_item", f"{ids.lot}/expire", current=False)
    with pytest.raises(NotStuck, match="is not set aside"):
        await things.retry("DEFAULT", "due_item", f"{ids.lot}/expire", current=False)
    with pytest.raises(NotStuck, match="disabled or removed"):
        await things.retry("DEFAULT", "delivery", ids.skipped, current=False)
    with pytest.raises(NotStuck, match="no event nowhere in"):
        await things.retry("DEFAULT", "event", "nowhere", current=False)

    assert [each.id for each in (await things.find("DEFAULT", 10, retryable=True)).things] == [ids.skipped]


async def test_a_laurel_that_refuses_the_key_is_an_error_of_the_command(api: Api) -> None:
    api.http.headers["Authorization"] = "wrong"
    things = ApiStuckThings(api.http)

    with pytest.raises(RegistryError, match="refused it"):
        await things.find("DEFAULT", 10)
    with pytest.raises(RegistryError, match="refused it"):
        await things.retry("DEFAULT", "event", "x", current=True)
