"""The input of a page's endpoint: the caller, the store and the form; and how it responds."""

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias
from zoneinfo import ZoneInfo

from fastapi import Depends
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

import rules
from access import Permission
from api.authentication.callers import AdminCaller
from api.authentication.rules import authorize
from api.corrections.routes import post_correction
from api.corrections.settings import show_settings as show_reasons
from api.http.errors import ApiError, BadInput, Forbidden, status_of
from api.http.idempotency import parse_key
from api.programs.deploying import Deploy
from api.programs.routes import deploy
from api.state.auditing import audited, begin_audit
from api.state.by_hand import NAME as REASON
from api.state.by_hand import ByHand
from api.state.changes import Change
from api.state.dependencies import MAX_STORE_CODE_LENGTH, AccessChange, AppState, StoreCode, StoreRequest
from console.pages import formats
from console.pages.calls import Endpoint, call, may_call, respond, rule_of
from console.pages.forms import Form
from console.pages.last_store import remember_store
from console.pages.lists import NONE, PLACES, List, without_empty
from console.pages.notices import Notice, leave_notice
from console.pages.rendering import render
from console.pages.tables import CHUNK, FORMAT, Table
from console.route_rules import STORE
from console.sections import Section, store_path
from console.security.form_values import FormValues, read_form
from console.security.same_origin import require_same_origin
from console.sessions.authentication import page_caller
from database.programs import UnknownStore
from database.revisions import AnotherInForce
from loyalty.refusals import Refusal
from program_files import ProgramFaults


class WithoutProgram(Exception):
    """A page is about a store without a program; `may_make`: the caller may create its first one."""

    def __init__(self, store: str, *, may_make: bool) -> None:
        super().__init__(f"store {store} has no program yet")
        self.store = store
        self.may_make = may_make


REFUSED = (ApiError, Refusal, AnotherInForce, ProgramFaults)
"""The refusals of operations and deploys, which a page shows at the form."""


@dataclass(frozen=True)
class Page:
    """One request for a page by a logged-in administrator."""

    request: Request
    state: AppState
    caller: AdminCaller
    sent: FormValues
    now: datetime

    @property
    def store(self) -> str | None:
        """The store that the page is about; None: about none."""
        return None

    def allows(self, permission: Permission) -> bool:
        """Return whether the caller has a permission."""
        return self.caller.rights.allow(permission)

    @property
    def shows_personal_data(self) -> bool:
        """Whether the caller may see the identities of members."""
        return self.allows(Permission.VIEW_PERSONAL_DATA)

    def may(self, endpoint: Endpoint) -> bool:
        """Return whether the caller may call an endpoint of the API."""
        return may_call(endpoint, self.caller, self.store)

    @property
    def injected(self) -> Mapping[Any, Any]:
        """The dependencies of the API's endpoints, by type."""
        return {
            AppState: self.state,
            AdminCaller: self.caller,
            AccessChange: AccessChange(self.state, self.caller, audited(self.request)),
        }

    async def call(
        self,
        endpoint: Endpoint,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        **path: Any,
    ) -> Any:
        """Return the response of an API endpoint; raise Forbidden, BadInput or a Refusal as it does."""
        authorize(rule_of(endpoint), self.caller, self.store)
        return await call(endpoint, self.request, self.injected, body=body, query=query, path=path)

    async def call_as_sent(self, endpoint: Endpoint, **path: Any) -> Any:
        """Return the response of an endpoint to this request's unparsed body: an upload, which is streamed."""
        response = await self.file_of(endpoint, **path)
        return rules.exact.loads(bytes(response.body))

    async def file_of(self, endpoint: Endpoint, **path: Any) -> Response:
        """Return the response of an endpoint unchanged: a file. Raise as `call` does."""
        authorize(rule_of(endpoint), self.caller, self.store)
        return await respond(endpoint, {**self.injected, Request: self.request}, path)

    async def list_of(self, endpoint: Endpoint, table: Table, **path: Any) -> List:
        """Return the requested page of a list; invalid filters are shown with their errors."""
        query = self.request.query_params
        given = without_empty(query)
        asked = given if "_page" in given else {**table.first_page, **given}
        try:
            content = await self.call(endpoint, query=asked, **path)
        except BadInput as error:
            faults = {each.path: each.message for each in error.faults}
            return List({"items": [], "total": NONE}, query, faults, self.zone)
        return List(content, query, zone=self.zone)

    @property
    def asks_csv(self) -> bool:
        """Whether the URL requests all rows of its list as CSV."""
        return self.request.query_params.get(FORMAT) == "csv"

    async def csv_of(self, endpoint: Endpoint, table: Table, **path: Any) -> Response:
        """Return all rows of the requested list as CSV, read page by page while sending.

        With invalid filters, return the page that reports them.
        """
        asked = {name: value for name, value in without_empty(self.request.query_params).items() if name not in PLACES}

        async def fetch(place: Mapping[str, str]) -> Any:
            query = {**table.first_page, **asked, "_itemsOnPage": CHUNK, **place}
            return await self.call(endpoint, query=query, **path)

        try:
            first = await fetch({})
        except BadInput:
            query = self.request.url.remove_query_params(FORMAT).query
            return RedirectResponse(f"{self.request.url.path}?{query}", status_code=303)

        async def lines() -> AsyncIterator[str]:
            yield table.head(self.zone.key)
            async for items in table.chunks(first, fetch):
                yield "".join(table.line(each, shows_personal=self.shows_personal_data) for each in items)

        headers = {"content-disposition": f'attachment; filename="{table.name}.csv"'}
        return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the page's moments."""
        return ZoneInfo("UTC")

    def person(self, identity: Mapping[str, Any], member_id: str | None) -> Markup:
        """Return the label of a person, masked for callers who may not see it."""
        named = next((str(value) for value in identity.values() if isinstance(value, str) and value), "")
        if not self.shows_personal_data:
            named = formats.masked(named)
        return formats.cut(named or (member_id or ""), 60)

    def personal(self, text: Any, length: int = formats.MAX_TEXT) -> Markup:
        """Return a possibly personal text, cut, or masked for callers who may not see it."""
        return formats.cut(text if self.shows_personal_data else formats.masked(text), length)

    def sentence(self, text: Any, length: int = formats.MAX_TEXT) -> Markup:
        """Return a message of Laurel or a receiver, cut, without possibly personal quotes if need be."""
        return formats.cut(text if self.shows_personal_data else formats.without_personal(text), length)

    def address(self, url: str, length: int = formats.MAX_TEXT) -> Markup:
        """Return the destination of a message; only its host for callers who may not see personal data."""
        return formats.cut(url if self.shows_personal_data else formats.host(url), length)

    def new_key(self) -> str:
        """Return a new Idempotency-Key for a form."""
        return secrets.token_urlsafe(18)

    def new_form(self, form: Form) -> Form:
        """Return a form in its initial state, with a new key."""
        return replace(form, key=self.new_key())

    async def render(self, template: str, *, status: int = 200, block: str | None = None, **context: Any) -> Response:
        """Return the page; for a part of it that htmx requests, only that block."""
        return await render(self, template, status=status, block=block, context=context)

    async def refuse(self, template: str, form: Form, error: Exception, **context: Any) -> Response:
        """Return the page of a form with the refusal at its fields; the audit log has the refusal as for the API."""
        status = status_of(error)
        await self.state.refusal_log.record(self.request, status)
        return await self.render(template, status=status, form=form.refused(error), **context)

    def redirect(self, path: str, *, notice: str = "") -> Response:
        """Redirect to a page of the console, which shows a notice."""
        if notice:
            leave_notice(self.request, Notice(notice))
        return RedirectResponse(path, status_code=303)

    async def redirect_refused(self, path: str, error: Exception) -> Response:
        """Go to a page of the console, which says why something was not done; the audit log has the refusal."""
        await self.state.refusal_log.record(self.request, status_of(error))
        leave_notice(self.request, Notice(str(error), is_refusal=True))
        return RedirectResponse(path, status_code=303)

    def is_in(self, section: Section) -> bool:
        """Return whether the page belongs to a section."""
        path, own = self.request.url.path, section.url(self.store)
        return path == own or (bool(section.name) and path.startswith(f"{own}/"))


@dataclass(frozen=True)
class StorePage(Page):
    """One request for a page of a store."""

    store_request: StoreRequest

    @property
    def store(self) -> str:
        return self.store_request.store

    @property
    def zone(self) -> ZoneInfo:
        return self.store_request.program.zone

    @property
    def injected(self) -> Mapping[Any, Any]:
        key = self.sent.first("_key") or None
        known = None if key is None else parse_key(key)
        change = Change(self.request, self.store_request, known)
        deploy = Deploy(self.request, self.state, self.caller, self.store_request.database, known, in_console=True)
        return {
            **super().injected,
            StoreRequest: self.store_request,
            Change: change,
            ByHand: ByHand(change, self.sent.first(REASON) or None),
            Deploy: deploy,
        }

    def opens(self, *steps: str) -> bool:
        """Return whether the caller may open the page of this store at a path; a wrong one is a KeyError."""
        rule = self.state.rules["GET", "/".join((STORE, *steps))]
        try:
            authorize(rule, self.caller, self.store)
        except Forbidden:
            return False
        return True

    @property
    def may_correct(self) -> bool:
        """Whether the caller may correct members: the form shows the member, and the reasons of the store."""
        return self.may(post_correction) and self.may(show_reasons) and self.opens("members")

    def url(self, *steps: str) -> str:
        """Return the path of a page of this store."""
        return store_path(self.store, *steps)


async def _page(request: Request) -> Page:
    state: AppState = request.app.state.laurel
    require_same_origin(request)
    now = datetime.now(UTC)
    sent = await read_form(request)
    caller = await page_caller(request, state, sent, now=now)
    rule = state.rules[request.method, request.scope["route"].path]
    begin_audit(request, caller, rule)
    authorize(rule, caller, request.path_params.get("storeCode"))
    return Page(request, state, caller, sent, now)


async def _store_page(request: Request, store: StoreCode) -> StorePage:
    page = await _page(request)
    if len(store) > MAX_STORE_CODE_LENGTH:
        raise UnknownStore(store[:MAX_STORE_CODE_LENGTH])
    try:
        revision, program = await page.state.services.programs.current(store)
    except UnknownStore:
        raise WithoutProgram(store, may_make=may_call(deploy, page.caller, store)) from None
    remember_store(request, store)
    asked = StoreRequest(page.state, page.caller, store, revision, program, page.now, audited(request))
    return StorePage(request, page.state, page.caller, page.sent, page.now, asked)


AnyPage: TypeAlias = Annotated[Page, Depends(_page)]
"""A page of the installation."""
PageOfStore: TypeAlias = Annotated[StorePage, Depends(_store_page)]
"""A page of a store."""

AUTHENTICATING: frozenset[object] = frozenset({_page, _store_page})
"""The dependencies that authenticate and authorize a request for a page."""
