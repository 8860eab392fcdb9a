"""API keys of administrators: shown once, kept as hashes."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, NotRequired

from fastapi import APIRouter, Path
from pydantic import Field
from sqlalchemy import RowMapping
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from api.authentication.authenticator import KEY_PREFIX
from api.authentication.tokens import digest
from api.dependencies import AnAdmin, Desk, DeskOf
from api.errors import BadInput, NotFound
from api.paging import Listing, page_of
from api.requests import Body, read_body, takes
from api.responses import ExactJson, Id, Instant, Total, no_content, present, shown
from loyalty.calendar import read_date
from loyalty.ids import new_id

HIDDEN = KEY_PREFIX + "..."
"""Stands for a key that was shown once already."""

_BYTES = 32

router = APIRouter(prefix="/api/admin/{admin}/api-key", tags=["Admin"])
LISTING = Listing({})


class NewApiKey(Body):
    """A key to make; without an expiry it works until it is deleted."""

    name: str = Field(min_length=1, max_length=255)
    expiration_date: str | None = Field(default=None, max_length=64)


class PostApiKey(Body):
    """A key to make."""

    api_key: NewApiKey


class ApiKey(TypedDict):
    """A key; the token itself is shown only when it is made."""

    apiKeyId: Id
    token: str
    adminId: Id
    name: str
    legacy: bool
    expirationDate: NotRequired[Instant]


class ApiKeys(TypedDict):
    """A page of keys."""

    items: list[ApiKey]
    total: Total


_EXAMPLE = {"apiKey": {"name": "till-7", "expirationDate": "2099-01-01T00:00:00Z"}}


@router.post("", summary="Make an API key", response_model=ApiKey, openapi_extra=takes(PostApiKey, _EXAMPLE))
async def make_key(request: Request, admin: str, _caller: AnAdmin, desk: DeskOf) -> Response:
    """Keep the token: it is not shown again."""
    new = (await read_body(request, PostApiKey)).api_key
    admin_id = await _admin_id(desk, admin)
    expires_at, now = _expiry(new.expiration_date), datetime.now(UTC)
    if expires_at is not None and expires_at <= now:
        raise BadInput.at("apiKey.expirationDate", "this date has passed: name one to come", "inThePast")
    token, key_id = KEY_PREFIX + secrets.token_urlsafe(_BYTES), new_id()
    await desk.services.database.access_write(
        lambda access: access.add_api_key(
            key_id, admin_id=admin_id, name=new.name, key_hash=digest(token), expires_at=expires_at, now=now
        )
    )
    return ExactJson(_shown(key_id, token, admin_id, new.name, expires_at))


@router.get("", summary="List API keys", response_model=ApiKeys, openapi_extra=LISTING.parameters())
async def list_keys(request: Request, admin: str, _caller: AnAdmin, desk: DeskOf) -> Response:
    """An administrator's keys, the newest first, without their tokens."""
    page, _ = LISTING.read(request.query_params, UTC)
    admin_id = await _admin_id(desk, admin)
    keys: list[RowMapping] = await desk.services.database.access_read(lambda access: access.api_keys(admin_id))
    items = [_shown(key["id"], HIDDEN, admin_id, key["name"], key["expires_at"]) for key in keys]
    return ExactJson(page_of(items[::-1] if page.newest_first else items, page))


@router.delete("/{apiKey}", summary="Delete an API key", status_code=204, response_class=Response)
async def delete_key(
    admin: str, api_key: Annotated[str, Path(alias="apiKey")], _caller: AnAdmin, desk: DeskOf
) -> Response:
    """End a key: at once here, within seconds in other processes."""
    admin_id = await _admin_id(desk, admin)
    database = desk.services.database
    if not await database.access_write(lambda access: access.remove_api_key(admin_id, api_key.lower())):
        raise NotFound(f"no API key {api_key[:80]}")
    desk.authenticator.forget()
    return no_content()


async def _admin_id(desk: Desk, name: str) -> str:
    """The id of an administrator, by id or name."""
    database = desk.services.database
    known = await database.access_read(lambda access: access.admin(name) or access.admin_of_id(name.lower()))
    if known is None:
        raise NotFound(f"no administrator {name[:80]}")
    return str(known["id"])


def _expiry(text: str | None) -> datetime | None:
    try:
        return read_date(text, UTC) if text else None
    except ValueError as error:
        raise BadInput.at("apiKey.expirationDate", str(error), "invalidDate") from None


def _shown(key_id: str, token: str, admin_id: str, name: str, expires_at: datetime | None) -> dict[str, Any]:
    expiry = shown(expires_at, UTC) if expires_at else None
    fields = {"apiKeyId": key_id, "token": token, "adminId": admin_id, "name": name, "legacy": False}
    return fields | present(expirationDate=expiry)
