"""Log in and out; check whether a log-in is active; set the theme."""

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.http.errors import ApiError
from api.state.dependencies import CurrentState
from console.pages.last_store import last_store
from console.pages.log_in_page import HOME, log_in_page, own_path
from console.pages.page import AnyPage
from console.pages.rendering import THEME_COOKIE, THEMES, stores_of
from console.sections import store_path
from console.security.form_values import FormValues, read_form
from console.security.page_headers import add_cookie
from console.security.same_origin import require_same_origin
from console.sessions.authentication import PASSWORD, USERNAME
from console.sessions.cookies import log_in, log_out

router = APIRouter()

_YEAR = 365 * 24 * 3600


@router.get("/console")
async def open_console(page: AnyPage) -> Response:
    """Return the overview of the last viewed store, among those that the administrator may open."""
    store = last_store(page.request, await stores_of(page))
    if store is None:
        return await page.render("log_in/no_store.html")
    return page.redirect(store_path(store))


@router.get("/console/log-in")
async def show_log_in(request: Request) -> Response:
    """Return the form to log in."""
    return log_in_page(request, "", FormValues(), next_path=request.query_params.get("next", HOME), status=200)


@router.post("/console/log-in")
async def post_log_in(request: Request, state: CurrentState) -> Response:
    """Log in, and continue to the requested page."""
    require_same_origin(request)
    sent = await read_form(request)
    try:
        await log_in(request, state, sent.first(USERNAME), sent.first(PASSWORD), now=datetime.now(UTC))
    except ApiError as error:
        status = 429 if hasattr(error, "retry_after") else 401
        named = FormValues([(USERNAME, sent.first(USERNAME))])
        return log_in_page(request, error.message, named, next_path=sent.first("_next"), status=status)
    return RedirectResponse(own_path(sent.first("_next")), status_code=303)


@router.post("/console/log-out")
async def post_log_out(page: AnyPage) -> Response:
    """End the session."""
    assert page.caller.session is not None, "a page has a session"
    await log_out(page.request, page.state, page.caller.session)
    return page.redirect("/console/log-in")


@router.get("/console/session")
async def show_session(_: AnyPage) -> Response:
    """Answer 204 while the log-in is active, 401 when it has ended."""
    return Response(status_code=204)


@router.post("/console/session")
async def renew_session(request: Request, state: CurrentState) -> Response:
    """Log in over a page that stays as it is: 204, or 401 with the error."""
    require_same_origin(request)
    sent = await read_form(request)
    try:
        await log_in(request, state, sent.first(USERNAME), sent.first(PASSWORD), now=datetime.now(UTC))
    except ApiError as error:
        return Response(error.message, status_code=401, media_type="text/plain")
    return Response(status_code=204)


@router.post("/console/theme")
async def choose_theme(request: Request) -> Response:
    """Store the chosen theme, and go back to the page."""
    require_same_origin(request)
    sent = await read_form(request)
    if sent.first("theme") in THEMES:
        add_cookie(request, THEME_COOKIE, sent.first("theme"), max_age=_YEAR)
    return RedirectResponse(own_path(sent.first("_next")), status_code=303)
