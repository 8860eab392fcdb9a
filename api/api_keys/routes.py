"""API keys of administrators: making, listing and deleting. Only their hashes are stored."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.api_keys.operations import add_key, keys_of, remove_key
from api.api_keys.schemas import ApiKey, ApiKeys, PostApiKey
from api.api_keys.views import api_key_view
from api.authentication.authenticator import KEY_PREFIX
from api.authentication.tokens import digest
from api.http.errors import BadInput
from api.http.paging import ListQuery, page_of_list
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson, no_content
from api.state.dependencies import CurrentAdmin, CurrentState
from database import Access, AccessReader
from loyalty.calendar import read_date
from loyalty.ids import new_id

_TOKEN_BYTES = 32

router = APIRouter(prefix="/api/admin/{admin}/api-key", tags=["Admin"])
LIST_QUERY = ListQuery({})

_EXAMPLE = {
    "apiKey": {"name": "till-7", "role": "reporter", "store": "DEFAULT", "expirationDate": "2099-01-01T00:00:00Z"}
}


@router.post("", summary="Make an API key", response_model=ApiKey, openapi_extra=request_body(PostApiKey, _EXAMPLE))
async def make_key(request: Request, admin: str, caller: CurrentAdmin, state: CurrentState) -> Response:
    """Make a key. Store its token: it is not shown again.

    It has a `role` and a `store`, by default those of its administrator, and never more rights than these or yours.
    """
    new = (await read_body(request, PostApiKey)).api_key
    expires_at, now = _expiry(new.expiration_date), datetime.now(UTC)
    if expires_at is not None and expires_at <= now:
        raise BadInput.at("apiKey.expirationDate", "this date has passed: send one in the future", "inThePast")
    token = KEY_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)

    def add(access: Access) -> dict[str, Any]:
        key = add_key(
            access,
            caller,
            admin,
            key_id=new_id(),
            name=new.name,
            role=new.role,
            store=new.store,
            expires_at=expires_at,
            key_hash=digest(token),
            now=now,
        )
        return api_key_view(access, key, token=token)

    return ExactJson(await state.services.database.access_write(add))


@router.get("", summary="List API keys", response_model=ApiKeys, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_keys(request: Request, admin: str, caller: CurrentAdmin, state: CurrentState) -> Response:
    """An administrator's keys, the newest first, without their tokens."""
    page, _ = LIST_QUERY.parse(request.query_params, UTC)

    def read(access: AccessReader) -> list[dict[str, Any]]:
        return [api_key_view(access, each) for each in keys_of(access, caller, admin)]

    items = await state.services.database.access_read(read)
    return ExactJson(page_of_list(items[::-1] if page.newest_first else items, page))


@router.delete("/{apiKey}", summary="Delete an API key", status_code=204, response_class=Response)
async def delete_key(
    admin: str, api_key: Annotated[str, Path(alias="apiKey")], caller: CurrentAdmin, state: CurrentState
) -> Response:
    """End a key: at once in the process that answers, within seconds in others."""
    await state.services.database.access_write(lambda access: remove_key(access, caller, admin, api_key))
    state.authenticator.clear_cache()
    return no_content()


def _expiry(text: str | None) -> datetime | None:
    try:
        return read_date(text, UTC) if text else None
    except ValueError as error:
        raise BadInput.at("apiKey.expirationDate", str(error), "invalidDate") from None
