"""The HTTP API as one app."""

from importlib.metadata import version

from fastapi import Depends, FastAPI

from api import (
    api_keys,
    custom_events,
    event_schemas,
    health,
    login,
    members,
    programs,
    webhooks,
)
from api.calls import Desk, refuse_nul
from api.openapi import describe
from api.refusals import install_refusals
from api.services import Services

ROUTERS = (
    health.router,
    login.router,
    api_keys.router,
    event_schemas.router,  # before custom events, whose ids stand where `schema` does
    custom_events.router,
    webhooks.router,
    members.router,
    programs.router,
)


def create_app(services: Services) -> FastAPI:
    """The API on these services."""
    app = FastAPI(
        title="Laurel",
        version=version("laurel"),
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(refuse_nul)],
    )
    app.state.desk = Desk.of(services)
    for router in ROUTERS:
        app.include_router(router)
    install_refusals(app, [route for router in ROUTERS for route in router.routes])
    describe(app)
    return app
