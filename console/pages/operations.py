"""What operations of the API are called, for people who read who asked for which."""

from collections.abc import Mapping
from functools import cache

from fastapi.routing import APIRoute

from api.app import ROUTERS


def operation_title(operation: str) -> str:
    """Return the title of an operation, such as `POST /api/{storeCode}/member`; itself if it is unknown."""
    return _titles().get(operation, operation)


@cache
def _titles() -> Mapping[str, str]:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return {f"{method} {each.path}": each.summary or each.name for each in routes for method in each.methods or ()}
