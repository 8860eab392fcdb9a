"""Pages of movements of points."""

from tests.console.members.test_routes import register
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor


async def test_movements_are_listed_found_and_shown(api: Api, visitor: Visitor) -> None:
    anna = await register(api)
    added = await api.post(
        "/api/DEFAULT/points/add", {"transfer": {"customer": anna, "points": 50, "comment": "hello"}}
    )
    transfer = added.json()["transferId"]

    listed = await visitor.page(f"{HOME}/points?member:id={anna}")
    shown = await visitor.page(f"{HOME}/points/{transfer}")
    found = await visitor.get(f"{HOME}/search", params={"q": transfer})

    assert "1 in all" in listed
    assert "hello" in shown
    assert "50" in await visitor.page(f"{HOME}/members/{anna}")
    assert found.headers["location"] == f"{HOME}/points/{transfer}"
