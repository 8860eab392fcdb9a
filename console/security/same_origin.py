"""Refuse cross-site requests: by Sec-Fetch-Site, or by Origin where that is missing."""

from starlette.datastructures import Headers
from starlette.requests import Request

from api.http.errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_OWN = frozenset({"same-origin", "none"})
"""The accepted values: from a page of this origin, or by the user directly."""


def require_same_origin(request: Request) -> None:
    """Raise Forbidden for a request that changes something and does not come from this origin.

    A browser sends one header or the other; a request without both does not come from our forms.
    """
    if request.method in SAFE_METHODS:
        return
    if not _is_own(request.headers):
        raise Forbidden("this was not sent from a page of this console: open the page here, and send it again")


def _is_own(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN
    origin, host = headers.get("origin"), headers.get("host")
    return origin is not None and host is not None and origin in (f"http://{host}", f"https://{host}")
