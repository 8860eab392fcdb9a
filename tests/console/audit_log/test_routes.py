"""Pages of the audit log."""

from api.state.auditing import audited_entity
from console.operation_titles import FORM_TITLES
from console.route_rules import RULES
from tests.console.members.test_routes import register
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor


async def test_what_was_done_is_listed_and_filtered(api: Api, visitor: Visitor) -> None:
    await register(api)

    everything = await visitor.page("/console/audit-log")
    nothing = await visitor.page("/console/audit-log?username=nobody")

    assert "Register a member POST /api/{storeCode}/member" in everything
    assert "Nothing matches" in nothing
    assert "Times are in UTC." in everything


async def test_what_was_refused_in_the_console_has_the_title_of_its_form(visitor: Visitor) -> None:
    await visitor.post(f"{HOME}/members/new", {"customer.email": "no address"})

    shown = await visitor.page("/console/audit-log")

    assert "Register a member POST /console/stores/{storeCode}/members/new" in shown


def test_every_form_of_which_the_audit_log_has_an_entry_has_a_title() -> None:
    audited = {path for (method, path), rule in RULES.items() if audited_entity(method, rule) is not None}

    assert set(FORM_TITLES) == audited
