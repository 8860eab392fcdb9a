"""The form to log in, also in place of a page or a form that needs a log-in."""

from starlette.requests import Request
from starlette.responses import Response

from console.pages.rendering import render_plain, theme_of
from console.security.form_values import FormValues
from console.security.page_headers import nonce_of
from console.sessions.authentication import PASSWORD, USERNAME

HOME = "/console"


def log_in_page(request: Request, message: str, again: FormValues, *, next_path: str, status: int) -> Response:
    """Return the form to log in. A form that was sent without a log-in is sent again with it."""
    fields = [(name, value) for name, value in again.fields if name not in (USERNAME, PASSWORD)]
    return render_plain(
        "log_in/log_in.html",
        status=status,
        nonce=nonce_of(request),
        theme=theme_of(request.cookies),
        message=message,
        fields=fields,
        action=request.url.path if request.method == "POST" and again.fields else "/console/log-in",
        next_path=own_path(next_path),
        username=again.first(USERNAME),
    )


def own_path(text: str) -> str:
    """Return the requested path of the console; its first page for anything else, such as another site."""
    is_own = text == HOME or text.startswith((f"{HOME}/", f"{HOME}?"))
    return text if is_own and "\\" not in text and text.isprintable() and text.isascii() else HOME
