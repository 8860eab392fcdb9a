"""What operations of the API and forms of the console are called, for people who read who asked for which."""

from collections.abc import Mapping
from functools import cache

from fastapi.routing import APIRoute

from api.app import ROUTERS
from console.operation_titles import FORM_TITLES


def operation_title(operation: str) -> str:
    """Return the title of an operation or form, such as `POST /api/{storeCode}/member`; itself if it is unknown."""
    return _titles().get(operation, operation)


@cache
def _titles() -> Mapping[str, str]:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    titles = {f"{method} {each.path}": each.summary or each.name for each in routes for method in each.methods or ()}
    return titles | {f"POST {path}": title for path, title in FORM_TITLES.items()}
