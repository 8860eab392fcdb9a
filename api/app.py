"""The HTTP API as one app."""

from importlib.metadata import version

from fastapi import FastAPI

from api.api_keys import routes as api_keys
from api.authentication import routes as login
from api.dependencies import Desk
from api.error_handlers import install_refusals
from api.event_types import routes as event_schemas
from api.events import routes as custom_events
from api.fast_route import DirectRoute
from api.health import routes as health
from api.members import routes as members
from api.openapi import describe
from api.programs import routes as programs
from api.services import Services
from api.simulations import routes as simulate
from api.stores import routes as stores
from api.webhooks import routes as webhooks

ROUTERS = (
    health.router,
    login.router,
    api_keys.router,
    event_schemas.router,  # before custom events, whose ids stand where `schema` does
    custom_events.reporting,
    custom_events.router,
    webhooks.router,
    members.router,
    programs.router,
    simulate.router,
    stores.router,
)


def create_app(services: Services) -> FastAPI:
    """The API on these services."""
    # Included routers would be searched and merged again with every request; a list of routes is just walked.
    routes = [route for router in ROUTERS for route in router.routes]
    app = FastAPI(
        title="Laurel",
        version=version("laurel"),
        redoc_url=None,
        redirect_slashes=False,
        routes=sorted(routes, key=lambda route: not isinstance(route, DirectRoute)),  # the busiest are found first
    )
    app.state.desk = Desk.of(services)
    install_refusals(app, routes)
    describe(app, routes)
    return app
