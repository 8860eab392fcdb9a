"""The last viewed store: its sections stay in the menu on pages of no store."""

from collections.abc import Sequence
from urllib.parse import quote, unquote

from starlette.requests import Request

from console.security.page_headers import add_cookie

NAME = "laurel-store"
_YEAR = 365 * 24 * 3600


def remember_store(request: Request, store: str) -> None:
    """Store which store was viewed last."""
    if unquote(request.cookies.get(NAME, "")) != store:
        add_cookie(request, NAME, quote(store, safe=""), max_age=_YEAR)


def last_store(request: Request, stores: Sequence[str]) -> str | None:
    """Return the last viewed store, or the first of these; None: there are none."""
    kept = unquote(request.cookies.get(NAME, ""))
    return kept if kept in stores else next(iter(stores), None)
