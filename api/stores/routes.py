"""Stores. The first deploy to a store creates it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import BadInput, NotFound
from api.http.paging import ListQuery, matches, page_of_list
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson, format_instant, no_content
from api.state.dependencies import AppState, CurrentAccessChange, CurrentAdmin, CurrentState
from api.stores.schemas import PostStore, PutStore, PutStoreFields, Store, StoreId, Stores
from database import Access, AccessReader
from database.damaged import readable
from database.errors import is_transient
from database.programs import Programs
from database.settings import CURRENCY
from loyalty.ids import named_id
from rules import exact

log = structlog.get_logger(__name__)

router = APIRouter(prefix="/api/store", tags=["Store"])
LIST_QUERY = ListQuery({"storeId": "id", "code": "text", "name": "text", "currency": "text", "active": "boolean"})

StoreInPath = Annotated[str, Path(alias="store", max_length=255, description="A store's code, or its storeId.")]

_CODE: Final = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}")

_NEW = {"code": "SECOND", "name": "Second shop", "currency": "EUR", "active": True}


@router.get("", summary="List stores", response_model=Stores, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_stores(request: Request, caller: CurrentAdmin, state: CurrentState) -> Response:
    """List the stores with a program that the caller can access, the newest first.

    A store whose program in force cannot be read by this version of Laurel is not `active`, and has its code as its
    name.
    """
    page, filters = LIST_QUERY.parse(request.query_params, UTC)
    found = await _in_force(state)
    items = [await _view(state, each) for each in found.values() if caller.rights.reach(each.code)]
    matching = [each for each in items if matches(each, filters)]
    return ExactJson(page_of_list(matching[::-1] if page.newest_first else matching, page))


@router.get("/{store}", summary="Show a store", response_model=Store)
async def show_store(code: StoreInPath, caller: CurrentAdmin, state: CurrentState) -> Response:
    """Return one store that the caller can access."""
    found = await _in_force(state)
    code = _code_of(code, found)
    if code not in found or not caller.rights.reach(code):
        raise NotFound(f"no store {code[:80]}")
    return ExactJson(await _view(state, found[code]))


@router.post(
    "", summary="Create a store", response_model=StoreId, openapi_extra=request_body(PostStore, {"store": _NEW})
)
async def post_store(request: Request, change: CurrentAccessChange) -> Response:
    """Create a store with a first program, which only has its name: deploy the store's own after it.

    A currency is stored as it is sent: points have none.
    """
    new = (await read_body(request, PostStore)).store
    _check_active(new)
    check_code(new.code, "store.code")
    in_force = await change.state.services.database.access_read(lambda access: access.revisions_in_force())
    if new.code in in_force:
        raise BadInput.at("store.code", "there is a store with this code: choose another one", "alreadyUsed")
    text = f"store: {exact.dumps(new.code)}\ntitle: {exact.dumps(new.name)}\ntimezone: UTC\n"
    files = {"program.yaml": text.encode()}
    await change.state.services.programs.deploy(files, by=change.caller.username, based_on=0)
    store_id = _id_of(new.code)
    await change.write(lambda access: _keep_currency(access, new.code, new.currency, store_id))
    return ExactJson({"storeId": store_id})


@router.put(
    "/{store}",
    summary="Change a store",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PutStore, {"store": {"name": "Coffee shop", "currency": "EUR", "active": True}}),
)
async def put_store(request: Request, code: StoreInPath, change: CurrentAccessChange) -> Response:
    """Change the currency of a store. Its name is the title of its program, which a deploy changes."""
    changed = (await read_body(request, PutStore)).store
    _check_active(changed)
    in_force = await change.state.services.database.access_read(lambda access: access.revisions_in_force())
    code = _code_of(code, in_force)
    if code not in in_force:
        raise NotFound(f"no store {code[:80]}")
    title = await _title(change.state.services.programs, code, in_force[code])
    if changed.name != (title or code):
        message = f"the name is the title in program.yaml of {code}: change it there and deploy with rename"
        raise BadInput.at("store.name", message, "notSupported")
    await change.write(lambda access: _keep_currency(access, code, changed.currency, _id_of(code)))
    return no_content()


def check_code(code: str, path: str) -> None:
    """Raise BadInput at a path for an invalid code of a store."""
    if _CODE.fullmatch(code) is None:
        message = "a code is made of letters, digits, - and _, and begins with a letter or digit"
        raise BadInput.at(path, message, "invalidCode")


def _check_active(store: PutStoreFields) -> None:
    if not store.active:
        raise BadInput.at("store.active", "stores are not switched off: end the access of their keys", "notSupported")


def _keep_currency(access: Access, code: str, currency: str | None, store_id: str) -> str:
    if currency is not None:
        access.set_setting(CURRENCY + code, currency)
    return store_id


def _id_of(code: str) -> str:
    return named_id(code, "store", code)


def _code_of(text: str, codes: Iterable[str]) -> str:
    """Return the code of the store with a code or an id; an unknown text is returned unchanged."""
    return next((code for code in codes if text.lower() == _id_of(code)), text)


@dataclass(frozen=True, slots=True)
class _StoreInForce:
    """A store with the number of its revision in force."""

    code: str
    created_at: datetime
    revision: int


async def _in_force(state: AppState) -> dict[str, _StoreInForce]:
    """Return the stores that have a revision in force, by code, the oldest first."""

    def read(access: AccessReader) -> dict[str, _StoreInForce]:
        in_force = access.revisions_in_force()
        created = access.stores_created_at().items()
        return {code: _StoreInForce(code, at, in_force[code]) for code, at in created if code in in_force}

    return await state.services.database.access_read(read)


async def _view(state: AppState, found: _StoreInForce) -> Store:
    title, created_at = await _title(state.services.programs, found.code, found.revision), readable(found.created_at)
    currency = await state.services.database.access_read(lambda access: access.setting(CURRENCY + found.code))
    return {
        "storeId": _id_of(found.code),
        "code": found.code,
        "currency": currency,
        "name": title or found.code,
        "active": title is not None,
        "revision": found.revision,
        "createdAt": None if created_at is None else format_instant(created_at, UTC),
    }


async def _title(programs: Programs, store: str, revision: int) -> str | None:
    """Return the title of a program; None if it cannot be read, so that other stores are still listed."""
    try:
        return (await programs.revision(store, revision)).title
    except Exception as error:
        if is_transient(error):
            raise
        log.exception("the program in force cannot be read", store=store, revision=revision)
        return None
