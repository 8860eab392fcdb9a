"""Stores: listing."""

from tests.kit.api import TEXT_EVENT, Api
from tests.kit.programs import PROGRAM, files

RETITLED = PROGRAM.replace("Coffee shop", "Tea shop")


def texts(**changed: str) -> dict[str, str]:
    return {name: content.decode() for name, content in files(**changed).items()}


async def test_stores_are_listed_with_the_revision_in_force(api_anywhere: Api):
    await api_anywhere.post("/api/NEW/program", {"files": texts(program=PROGRAM.replace("DEFAULT", "NEW"))})
    await api_anywhere.post(
        "/api/DEFAULT/program", {"files": texts(program=RETITLED, events__text=TEXT_EVENT), "rename": True}
    )

    listed = await api_anywhere.get("/api/store")

    assert listed["items"] == [
        {"code": "DEFAULT", "name": "Tea shop", "active": True, "revision": 2},
        {"code": "NEW", "name": "Coffee shop", "active": True, "revision": 1},
    ]
    assert listed["total"]["all"] == 2
