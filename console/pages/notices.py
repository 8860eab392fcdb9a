"""Notices: the result of an action, or why it was refused, shown once by the next page.

They travel in a cookie, not in the database.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from starlette.requests import Request

from console.security.page_headers import add_cookie

NAME = "laurel-notice"
MAX_LENGTH = 300
_REFUSED = "!"
"""What the cookie of a refusal begins with."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A text of the previous page; `is_refusal`: it says why something was not done."""

    text: str
    is_refusal: bool = False


def leave_notice(request: Request, notice: Notice) -> None:
    """Let the next page show a notice."""
    content = (_REFUSED if notice.is_refusal else "") + quote(notice.text[:MAX_LENGTH], safe="")
    add_cookie(request, NAME, content, max_age=60, same_site="strict")


def take_notice(request: Request) -> Notice | None:
    """Return the notice of the previous page; None without any."""
    given = request.cookies.get(NAME, "")
    if not given:
        return None
    add_cookie(request, NAME, "", max_age=0, same_site="strict")
    return Notice(unquote(given.removeprefix(_REFUSED))[:MAX_LENGTH], given.startswith(_REFUSED))
