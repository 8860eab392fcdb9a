"""The HTTP API as one app."""

from importlib.metadata import version

from fastapi import FastAPI

from api import (
    api_keys,
    custom_events,
    event_schemas,
    health,
    login,
    members,
    programs,
    simulate,
    stores,
    webhooks,
)
from api.calls import Desk
from api.direct import DirectRoute
from api.openapi import describe
from api.refusals import install_refusals
from api.services import Services

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
