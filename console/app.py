"""The console as a part of the API's app, under `/console`."""

from dataclasses import replace

from fastapi import FastAPI
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from api.route_rules import check_rules
from api.state.dependencies import AppState
from console.administrators import routes as administrators
from console.audit_log import routes as audit_log
from console.corrections import routes as corrections
from console.drafts import backtest as draft_backtest
from console.drafts import blocks as draft_blocks
from console.drafts import editing as draft_files
from console.drafts import planning as draft_planning
from console.drafts import routes as drafts
from console.drafts import tests as draft_tests
from console.event_types import routes as event_types
from console.events import routes as events
from console.exports import routes as exports
from console.figures import routes as figures
from console.history import routes as history
from console.imports import routes as imports
from console.log_in import routes as log_in
from console.members import freezing as member_freezing
from console.members import routes as members
from console.merges import routes as merges
from console.overview import routes as overview
from console.pages.errors import install_error_pages
from console.pages.page import AUTHENTICATING
from console.pages.static_files import router as static_files
from console.points import routes as points
from console.program import rolling_back
from console.program import routes as program
from console.redemptions import routes as redemptions
from console.rewards import routes as rewards
from console.route_rules import RULES
from console.search import routes as search
from console.security.page_headers import AddPageHeaders
from console.settings import routes as settings
from console.simulations import routes as simulations
from console.simulations import saving as simulation_tests
from console.stores import routes as stores
from console.transactions import routes as transactions
from console.webhooks import deliveries as webhook_deliveries
from console.webhooks import notifications as webhook_notifications
from console.webhooks import routes as webhooks
from console.webhooks import tools as webhook_tools

ROUTERS = (
    static_files,
    log_in.router,
    overview.router,
    figures.router,
    search.router,
    events.router,
    event_types.router,
    members.router,
    member_freezing.router,
    merges.router,
    history.router,
    redemptions.router,
    corrections.router,
    points.router,
    transactions.router,
    settings.router,
    rewards.router,
    draft_tests.router,
    drafts.router,  # before the program, whose path parameter would match `draft`
    draft_files.router,
    draft_blocks.router,
    draft_planning.router,
    draft_backtest.router,
    program.router,
    rolling_back.router,
    simulations.router,
    simulation_tests.router,
    imports.router,
    exports.router,
    stores.router,
    administrators.router,
    audit_log.router,
    webhook_notifications.router,
    webhook_deliveries.router,
    webhook_tools.router,
    webhooks.router,  # the last one of webhooks: its path parameter would match theirs
)


class UnderConsole(BaseRoute):
    """Routes every path that is `/console` or begins with `/console/` to an app of its own."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a request is for the console."""
        path = scope.get("path", "")
        is_here = scope["type"] == "http" and (path == "/console" or path.startswith("/console/"))
        return (Match.FULL, {}) if is_here else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the console answer."""
        await self._app(scope, receive, send)


def add_console(app: FastAPI) -> FastAPI:
    """Add the console to an app of the API; raise UnruledRoute for a page without a rule."""
    state = app.state.laurel
    assert isinstance(state, AppState)
    app.router.routes.append(UnderConsole(console_app(state)))
    return app


def console_app(state: AppState) -> FastAPI:
    """Return the console alone, on the state of an app of the API."""
    routes = [route for router in ROUTERS for route in router.routes]
    check_rules(routes, RULES, authenticating=AUTHENTICATING, table="console/route_rules.py")
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, routes=routes)
    app.state.laurel = replace(state, rules=RULES)
    install_error_pages(app, state.refusal_log.record)
    app.add_middleware(AddPageHeaders)
    return app
