"""Notices: the result of an action, shown once by the next page. They travel in a cookie, not in the database."""

from urllib.parse import quote, unquote

from starlette.requests import Request

from console.security.page_headers import add_cookie

NAME = "laurel-notice"
MAX_LENGTH = 300


def leave_notice(request: Request, text: str) -> None:
    """Let the next page show a text."""
    add_cookie(request, NAME, quote(text[:MAX_LENGTH]), max_age=60, same_site="strict")


def take_notice(request: Request) -> str:
    """Return the notice of the previous page; empty without any."""
    given = request.cookies.get(NAME, "")
    if given:
        add_cookie(request, NAME, "", max_age=0, same_site="strict")
    return unquote(given)[:MAX_LENGTH]
