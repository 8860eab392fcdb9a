"""Pages of the audit log."""

from tests.console.members.test_routes import register
from tests.kit.api import Api
from tests.kit.console import Visitor


async def test_what_was_done_is_listed_and_filtered(api: Api, visitor: Visitor) -> None:
    await register(api)

    everything = await visitor.page("/console/audit-log")
    nothing = await visitor.page("/console/audit-log?username=nobody")

    assert "Register a member POST /api/{storeCode}/member" in everything
    assert "Nothing matches" in nothing
