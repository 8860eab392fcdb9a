"""The HTTP API as one app."""

from importlib.metadata import version

from fastapi import FastAPI

from api.achievements import funnel as achievement_funnel
from api.achievements import routes as achievements
from api.administrators import resets as password_resets
from api.administrators import routes as administrators
from api.administrators import settings as admin_settings
from api.analytics import deliveries as analytics_deliveries
from api.analytics import overviews as analytics_overviews
from api.analytics import routes as analytics
from api.analytics import series as analytics_series
from api.analytics import totals as analytics_totals
from api.api_keys import routes as api_keys
from api.audit_log import archives as audit_archives
from api.audit_log import routes as audit_log
from api.campaigns import codes as campaign_codes
from api.campaigns import decisions as campaign_decisions
from api.campaigns import routes as campaigns
from api.channels import routes as channels
from api.corrections import routes as corrections
from api.corrections import settings as correction_settings
from api.documentation import routes as documentation
from api.drafts import blocks as draft_blocks
from api.drafts import checks as draft_checks
from api.drafts import routes as drafts
from api.due_items import routes as due_items
from api.event_types import routes as event_types
from api.event_types import writing as event_type_writing
from api.events import batches as event_batches
from api.events import routes as events
from api.exports import routes as exports
from api.health import routes as health
from api.history import routes as members_history
from api.http.error_handlers import install_error_handlers
from api.http.observation import ObserveRequests
from api.http.openapi import install_openapi
from api.http.security_headers import AddSecurityHeaders
from api.imports import routes as imports
from api.login import routes as login
from api.members import accounts as members_accounts
from api.members import changing as members_changing
from api.members import custom_fields
from api.members import exporting as members_exporting
from api.members import freezing as members_freezing
from api.members import lookups as members_lookups
from api.members import passwords as members_passwords
from api.members import privacy as members_privacy
from api.members import relations as members_relations
from api.members import routes as members
from api.merges import routes as merges
from api.plans import backtests as draft_backtests
from api.plans import planning as draft_planning
from api.plans import rollback_backtests, rollbacks
from api.plans import testing as draft_tests
from api.points import balances as points_balances
from api.points import expiring as points_expiring
from api.points import history as points_history
from api.points import routes as points
from api.programs import routes as programs
from api.redemptions import routes as redemptions
from api.referrals import routes as referrals
from api.rewards import buying as reward_buying
from api.rewards import routes as rewards
from api.rewards import stock as reward_stock
from api.roles import routes as roles
from api.route_rules import RULES, check_rules
from api.search import routes as search
from api.settings import notices as settings_notices
from api.settings import routes as settings
from api.simulations import routes as simulations
from api.simulations import tests_of_events as simulation_tests
from api.state.dependencies import AppState
from api.state.services import Services
from api.stores import routes as stores
from api.stuck import clock_routes as clock
from api.stuck import routes as stuck
from api.tiers import routes as tiers
from api.transactions import routes as transactions
from api.wallets import routes as wallets
from api.webhooks import deliveries as webhook_deliveries
from api.webhooks import resends as webhook_resends
from api.webhooks import routes as webhooks
from api.webhooks import secrets as webhook_secrets

ROUTERS = (
    health.router,
    login.router,
    administrators.router,
    password_resets.router,
    admin_settings.router,
    api_keys.router,
    roles.router,
    audit_log.router,
    audit_archives.router,
    event_type_writing.router,  # before event types, whose path parameter would match `file`
    event_types.router,  # before custom events, whose path parameter would match `schema`
    events.router,
    event_batches.router,
    due_items.router,
    webhooks.router,
    webhook_secrets.router,
    webhook_deliveries.router,
    webhook_resends.router,
    points_expiring.router,  # before transfers, whose path parameter would match `expiring`
    points_history.router,  # before transfers, whose path parameter would match `history`
    points_balances.router,
    points.router,  # before members, whose path parameter would match `points`
    achievements.router,
    campaigns.router,
    campaign_codes.router,
    campaign_decisions.router,
    tiers.router,  # before members, whose path parameter would match `tier`
    members_lookups.router,  # before members, whose path parameter would match `check`
    rewards.router,  # before members, whose path parameter would match `reward`
    reward_buying.router,
    reward_stock.router,
    redemptions.router,
    merges.router,
    members.router,
    members_history.router,
    custom_fields.router,
    members_accounts.router,
    members_passwords.router,  # before changes, whose path parameter would match `password`
    members_changing.router,
    members_freezing.router,
    members_relations.router,
    referrals.router,
    channels.router,
    transactions.router,
    members_exporting.router,
    members_privacy.router,
    wallets.router,
    analytics.router,
    analytics_overviews.router,
    analytics_series.router,
    achievement_funnel.router,
    analytics_deliveries.router,
    analytics_totals.router,
    imports.router,
    exports.router,
    draft_tests.router,
    drafts.router,  # before programs, whose path parameter would match `draft`
    draft_blocks.router,
    draft_checks.router,
    draft_planning.router,
    draft_backtests.router,
    rollbacks.router,
    rollback_backtests.router,
    programs.router,
    simulations.router,
    simulation_tests.router,
    stores.router,
    settings.router,
    correction_settings.router,  # before corrections, whose path parameter would match `settings`
    corrections.router,
    settings_notices.router,
    search.router,
    stuck.router,
    clock.router,
)


def create_app(services: Services) -> FastAPI:
    """Return the API on these services as one app; raise UnruledRoute for a route without a rule."""
    # FastAPI searches included routers again for every request; a flat list of routes is searched once.
    routes = [route for router in ROUTERS for route in router.routes]
    check_rules(routes, RULES)
    app = FastAPI(
        title="Laurel",
        version=version("laurel"),
        openapi_url="/openapi.json" if services.show_docs else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        routes=[*routes, *documentation.ROUTES] if services.show_docs else routes,
    )
    app.state.laurel = state = AppState.of(services, RULES)
    install_error_handlers(app, routes, state.refusal_log.record)
    app.add_middleware(ObserveRequests)
    install_openapi(app, routes)
    app.add_middleware(AddSecurityHeaders)  # the last one added is the outermost
    return app
