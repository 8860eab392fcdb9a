"""Stores: listing."""

from datetime import UTC, datetime

from database.revisions import NewRevision
from tests.kit.api import TEXT_EVENT, Api
from tests.kit.programs import PROGRAM, files

RETITLED = PROGRAM.replace("Coffee shop", "Tea shop")


def texts(**changed: str) -> dict[str, str]:
    return {name: content.decode() for name, content in files(**changed).items()}


def without_more(items: list[dict]) -> list[dict]:
    """The stores without what programs do not say."""
    return [{name: value for name, value in each.items() if name not in ("storeId", "currency")} for each in items]


async def test_stores_are_listed_with_the_revision_in_force(api_anywhere: Api):
    await api_anywhere.post("/api/NEW/program", {"files": texts(program=PROGRAM.replace("DEFAULT", "NEW"))})
    await api_anywhere.post(
        "/api/DEFAULT/program", {"files": texts(program=RETITLED, events__text=TEXT_EVENT), "rename": True}
    )

    listed = await api_anywhere.get("/api/store")

    assert without_more(listed["items"]) == [
        {"code": "DEFAULT", "name": "Tea shop", "active": True, "revision": 2},
        {"code": "NEW", "name": "Coffee shop", "active": True, "revision": 1},
    ]
    assert listed["total"]["all"] == 2


async def test_a_store_whose_program_cannot_be_read_does_not_hide_the_others(api_anywhere: Api):
    def deploy(tx) -> None:
        tx.revisions.open_store(secret="whsec_", now=datetime.now(UTC))
        new = NewRevision({"program.yaml": "nonsense"}, "0" * 64, "test", "")
        tx.revisions.put_in_force(new, based_on=None, now=datetime.now(UTC))

    await api_anywhere.database.store("BROKEN").write(deploy)

    listed = await api_anywhere.get("/api/store")

    assert without_more(listed["items"]) == [
        {"code": "BROKEN", "name": "BROKEN", "active": False, "revision": 1},
        {"code": "DEFAULT", "name": "Coffee shop", "active": True, "revision": 1},
    ]
