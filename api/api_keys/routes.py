"""API keys of administrators: create, list, change, rotate and delete them. Only their hashes are stored."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.api_keys.operations import add_key, change_key, keys_of, remove_key, rotate_key
from api.api_keys.schemas import ApiKey, ApiKeys, ChangedApiKey, NewApiKey, PostApiKey, PostRotation, PutApiKey
from api.api_keys.views import api_key_view
from api.authentication.authenticator import KEY_PREFIX
from api.authentication.tokens import digest
from api.http.errors import BadInput
from api.http.paging import ListQuery, page_of_list, view_or_reason
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson, no_content
from api.state.dependencies import CurrentAccessChange, CurrentAdmin, CurrentState
from database import Access, AccessReader
from loyalty.calendar import read_date
from loyalty.ids import new_id

_TOKEN_BYTES = 32

router = APIRouter(prefix="/api/admin/{admin}/api-key", tags=["Admin"])
LIST_QUERY = ListQuery({})

KeyInPath: TypeAlias = Annotated[str, Path(alias="apiKey", description="Its id.")]

_EXAMPLE = {
    "apiKey": {"name": "till-7", "role": "reporter", "store": "DEFAULT", "expirationDate": "2099-01-01T00:00:00Z"}
}


@router.post("", summary="Create an API key", response_model=ApiKey, openapi_extra=request_body(PostApiKey, _EXAMPLE))
async def make_key(request: Request, admin: str, change: CurrentAccessChange) -> Response:
    """Create a key. Store its token: it is not shown again.

    It has a `role` and a `store`, by default those of its administrator, and never more rights than these or yours.
    """
    new = (await read_body(request, PostApiKey)).api_key
    expires_at, now, token = _expiry(new.expiration_date), datetime.now(UTC), _new_token()

    def add(access: Access) -> dict[str, Any]:
        key = add_key(
            access, change.caller, admin, new, key_id=new_id(), expires_at=expires_at, key_hash=digest(token), now=now
        )
        return api_key_view(access, key, {}, now=now, token=token)

    return ExactJson(await change.write(add, details=_details(new)))


@router.get("", summary="List API keys", response_model=ApiKeys, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_keys(request: Request, admin: str, caller: CurrentAdmin, state: CurrentState) -> Response:
    """List an administrator's keys, the newest first, without their tokens.

    `lastUsedAt` is stored once a minute; this process knows its own uses at once.
    """
    page, _ = LIST_QUERY.parse(request.query_params, UTC)
    uses, now = state.authenticator.key_uses.pending, datetime.now(UTC)

    def read(access: AccessReader) -> list[dict[str, Any]]:
        found = keys_of(access, caller, admin)
        return [view_or_reason(each, lambda key: api_key_view(access, key, uses, now=now)) for each in found]

    items = await state.services.database.access_read(read)
    return ExactJson(page_of_list(items[::-1] if page.newest_first else items, page))


@router.put(
    "/{apiKey}",
    summary="Change an API key",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PutApiKey, {"apiKey": {"name": "till-7", "rateLimit": 600}}),
)
async def put_key(request: Request, admin: str, api_key: KeyInPath, change: CurrentAccessChange) -> Response:
    """Change the fields that are sent: name, expiration date, role, store or rate limit. The token stays."""
    changed = (await read_body(request, PutApiKey)).api_key
    expires_at = _expiry(changed.expiration_date)
    await change.write(
        lambda access: change_key(access, change.caller, admin, api_key, changed, expires_at=expires_at),
        details=_details(changed),
    )
    change.state.authenticator.clear_cache()
    return no_content()


@router.post(
    "/{apiKey}/rotate",
    summary="Rotate an API key",
    response_model=ApiKey,
    openapi_extra=request_body(PostRotation, {"apiKey": {"overlapSeconds": 3600}}),
)
async def rotate(request: Request, admin: str, api_key: KeyInPath, change: CurrentAccessChange) -> Response:
    """Replace the token of a key; the new one is shown once.

    The present one works for a day more, or for `overlapSeconds`.
    """
    overlap = timedelta(seconds=(await read_body(request, PostRotation)).api_key.overlap_seconds)
    now, token = datetime.now(UTC), _new_token()

    def rotated(access: Access) -> dict[str, Any]:
        key = rotate_key(access, change.caller, admin, api_key, key_hash=digest(token), overlap=overlap, now=now)
        return api_key_view(access, key, {}, now=now, token=token)

    answer = await change.write(rotated)
    change.state.authenticator.clear_cache()
    return ExactJson(answer)


@router.delete("/{apiKey}", summary="Delete an API key", status_code=204, response_class=Response)
async def delete_key(admin: str, api_key: KeyInPath, change: CurrentAccessChange) -> Response:
    """End a key: at once in this process, within seconds in others."""
    await change.write(lambda access: remove_key(access, change.caller, admin, api_key))
    change.state.authenticator.clear_cache()
    return no_content()


def _new_token() -> str:
    return KEY_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)


def _expiry(text: str | None) -> datetime | None:
    """Return when a key is to expire; raise BadInput for a text that is not a date, or a date in the past."""
    try:
        moment = read_date(text, UTC) if text else None
    except ValueError as error:
        raise BadInput.at("apiKey.expirationDate", str(error), "invalidDate") from None
    if moment is not None and moment <= datetime.now(UTC):
        raise BadInput.at("apiKey.expirationDate", "this date has passed: send one in the future", "inThePast")
    return moment


def _details(form: NewApiKey | ChangedApiKey) -> dict[str, Any]:
    """Return the audit log's details of a form: the fields that were sent."""
    return form.model_dump(mode="json", by_alias=True, exclude_unset=True)
