"""API keys of administrators: making, listing and deleting. Only their hashes are stored."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.api_keys.schemas import ApiKey, ApiKeys, PostApiKey
from api.api_keys.views import api_key_view
from api.authentication.authenticator import KEY_PREFIX
from api.authentication.tokens import digest
from api.http.errors import BadInput, NotFound
from api.http.paging import ListQuery, page_of_list
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson, no_content
from api.state.dependencies import AppState, CurrentAdmin, CurrentState
from loyalty.calendar import read_date
from loyalty.ids import new_id

_TOKEN_BYTES = 32

router = APIRouter(prefix="/api/admin/{admin}/api-key", tags=["Admin"])
LIST_QUERY = ListQuery({})

_EXAMPLE = {"apiKey": {"name": "till-7", "expirationDate": "2099-01-01T00:00:00Z"}}


@router.post("", summary="Make an API key", response_model=ApiKey, openapi_extra=request_body(PostApiKey, _EXAMPLE))
async def make_key(request: Request, admin: str, _caller: CurrentAdmin, state: CurrentState) -> Response:
    """Make a key. Store its token: it is not shown again."""
    new = (await read_body(request, PostApiKey)).api_key
    admin_id = await _admin_id(state, admin)
    expires_at, now = _expiry(new.expiration_date), datetime.now(UTC)
    if expires_at is not None and expires_at <= now:
        raise BadInput.at("apiKey.expirationDate", "this date has passed: send one in the future", "inThePast")
    token, key_id = KEY_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES), new_id()
    await state.services.database.access_write(
        lambda access: access.add_api_key(
            key_id, admin_id=admin_id, name=new.name, key_hash=digest(token), expires_at=expires_at, now=now
        )
    )
    return ExactJson(api_key_view(key_id, admin_id=admin_id, name=new.name, expires_at=expires_at, token=token))


@router.get("", summary="List API keys", response_model=ApiKeys, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_keys(request: Request, admin: str, _caller: CurrentAdmin, state: CurrentState) -> Response:
    """An administrator's keys, the newest first, without their tokens."""
    page, _ = LIST_QUERY.parse(request.query_params, UTC)
    admin_id = await _admin_id(state, admin)
    keys = await state.services.database.access_read(lambda access: access.api_keys(admin_id))
    items = [api_key_view(each.id, admin_id=admin_id, name=each.name, expires_at=each.expires_at) for each in keys]
    return ExactJson(page_of_list(items[::-1] if page.newest_first else items, page))


@router.delete("/{apiKey}", summary="Delete an API key", status_code=204, response_class=Response)
async def delete_key(
    admin: str, api_key: Annotated[str, Path(alias="apiKey")], _caller: CurrentAdmin, state: CurrentState
) -> Response:
    """End a key: at once in the process that answers, within seconds in others."""
    admin_id = await _admin_id(state, admin)
    database = state.services.database
    if not await database.access_write(lambda access: access.remove_api_key(admin_id, api_key.lower())):
        raise NotFound(f"no API key {api_key[:80]}")
    state.authenticator.clear_cache()
    return no_content()


async def _admin_id(state: AppState, name: str) -> str:
    """The id of an administrator, by id or name; raise NotFound."""
    database = state.services.database
    admin = await database.access_read(lambda access: access.admin(name) or access.admin_of_id(name.lower()))
    if admin is None:
        raise NotFound(f"no administrator {name[:80]}")
    return admin.id


def _expiry(text: str | None) -> datetime | None:
    try:
        return read_date(text, UTC) if text else None
    except ValueError as error:
        raise BadInput.at("apiKey.expirationDate", str(error), "invalidDate") from None
