"""The store that was looked at last: its sections stay in the menu on pages that are about no store."""

from collections.abc import Sequence
from urllib.parse import quote, unquote

from starlette.requests import Request

from console.security.page_headers import add_cookie

NAME = "laurel-store"
_YEAR = 365 * 24 * 3600


def remember_store(request: Request, store: str) -> None:
    """Keep a store as the one that was looked at last."""
    if unquote(request.cookies.get(NAME, "")) != store:
        add_cookie(request, NAME, quote(store, safe=""), max_age=_YEAR)


def last_store(request: Request, stores: Sequence[str]) -> str | None:
    """Return the store that was looked at last, the first one before any was; None: there is none of these."""
    kept = unquote(request.cookies.get(NAME, ""))
    return kept if kept in stores else next(iter(stores), None)
