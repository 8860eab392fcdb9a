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
    more = ("storeId", "currency", "createdAt")
    return [{name: value for name, value in each.items() if name not in more} for each in items]


async def test_stores_are_listed_with_the_revision_in_force(api_anywhere: Api):
    await api_anywhere.post("/api/NEW/program", {"files": texts(program=PROGRAM.replace("DEFAULT", "NEW"))})
    await api_anywhere.post(
        "/api/DEFAULT/program", {"files": texts(program=RETITLED, events__text=TEXT_EVENT), "rename": True}
    )

    listed = await api_anywhere.get("/api/store")

    assert without_more(listed["items"]) == [
        {"code": "NEW", "name": "Coffee shop", "active": True, "revision": 1},
        {"code": "DEFAULT", "name": "Tea shop", "active": True, "revision": 2},
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


async def test_stores_have_pages_filters_and_an_order_as_other_lists(api_anywhere: Api):
    for number in range(3):
        code = f"S{number}"
        made = await api_anywhere.post("/api/store", {"store": {"code": code, "name": f"Shop {number}"}})
        assert made.status_code == 200
    await api_anywhere.http.put("/api/store/S1", json={"store": {"name": "Shop 1", "currency": "EUR"}})

    async def codes(query: str) -> tuple[list[str], int]:
        listed = await api_anywhere.get(f"/api/store?{query}")
        return [each["code"] for each in listed["items"]], listed["total"]["filtered"]

    assert await codes("_itemsOnPage=2") == (["S2", "S1"], 4)
    assert await codes("_itemsOnPage=2&_page=2") == (["S0", "DEFAULT"], 4)
    assert await codes("_orderBy[createdAt]=asc&_itemsOnPage=1") == (["DEFAULT"], 4)
    assert await codes("name[like]=shop&active=true") == (["S2", "S1", "S0", "DEFAULT"], 4)
    assert await codes("code=S2") == (["S2"], 1)
    assert await codes("currency=EUR") == (["S1"], 1)
    store_id = (await api_anywhere.get("/api/store/S0"))["storeId"]
    assert await codes(f"storeId={store_id.upper()}") == (["S0"], 1)


async def test_a_list_of_stores_that_is_asked_for_something_unknown_is_refused(api: Api):
    for query in ("_page=0", "town=Lublin", "active=maybe", "_orderBy[code]=asc"):
        assert (await api.http.get(f"/api/store?{query}")).status_code == 400, query
