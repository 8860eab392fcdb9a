"""Settings of an administrator in a store, such as the columns of a page."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from access import Permission
from api.administrators.operations import self_or_other
from api.administrators.schemas import PutSetting, SettingList
from api.http.errors import BadInput
from api.http.paging import ListQuery, page_of_list
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson, format_instant, no_content
from api.state.dependencies import CurrentAccessChange, CurrentAdmin, CurrentState, StoreCode
from database import Access, AccessReader
from database.admin_settings import AdminSetting

MAX_SETTINGS = 100

router = APIRouter(prefix="/api/{storeCode}/admin/{admin}/settings", tags=["Admin"])
QUERY = ListQuery({})

AdminInPath = Annotated[str, Path(alias="admin", max_length=255, description="Their id or name.")]


@router.get(
    "",
    summary="List an administrator's settings",
    response_model=SettingList,
    openapi_extra=QUERY.openapi_parameters(),
)
async def list_settings(
    request: Request, admin: AdminInPath, store: StoreCode, caller: CurrentAdmin, state: CurrentState
) -> Response:
    """List an administrator's settings in a store. Those of others need `ADMIN VIEW`."""
    page, _ = QUERY.parse(request.query_params, UTC)

    def read(access: AccessReader) -> list[AdminSetting]:
        whose = self_or_other(access, caller, admin, Permission.VIEW_ADMINISTRATORS)
        return access.admin_settings.all(whose.id, store)

    found = await state.services.database.access_read(read)
    items = [
        {"key": each.key, "value": each.value, "createdAt": format_instant(each.created_at, UTC)} for each in found
    ]
    return ExactJson(page_of_list(items, page))


@router.put(
    "/{key}",
    summary="Set an administrator's setting",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PutSetting, {"value": "name,email,tier"}),
)
async def put_setting(
    request: Request,
    admin: AdminInPath,
    store: StoreCode,
    key: Annotated[str, Path(min_length=1, max_length=100, pattern="^[A-Za-z0-9_.-]+$")],
    change: CurrentAccessChange,
) -> Response:
    """Store a text under a key. Settings of others need `ADMIN MODIFY`."""
    value = (await read_body(request, PutSetting)).value
    now = datetime.now(UTC)

    def write(access: Access) -> str:
        access.lock()
        whose = self_or_other(access, change.caller, admin, Permission.CHANGE_ADMINISTRATORS)
        if access.admin_settings.count(whose.id, store, without=key) >= MAX_SETTINGS:
            raise BadInput.at("key", f"an administrator keeps at most {MAX_SETTINGS} settings in a store", "tooMany")
        access.admin_settings.set(whose.id, store, key, value, now=now)
        return whose.id

    await change.write(write, details={"key": key})
    return no_content()
