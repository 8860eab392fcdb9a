"""The page of a member's history."""

from tests.kit.api import Api
from tests.kit.console import HOME, Visitor
from tests.kit.sent import answer_events


async def test_moments_are_by_the_clock_of_the_store(api: Api, visitor: Visitor) -> None:
    assert (await api.report(eventDate="2024-05-01T00:00:00Z")).status_code == 200
    await answer_events(api)
    member = (await api.get("/api/DEFAULT/member"))["items"][0]["customerId"]

    words = await visitor.page(f"{HOME}/members/{member}/history")

    assert "event date 2024-05-01 02:00:00" in words
