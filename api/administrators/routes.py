"""Administrators: list, create, change and disable them; and what callers may do and change for themselves."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from access import Permission
from api.administrators.operations import (
    add_administrator,
    change_administrator,
    change_own_password,
    end_session,
    sessions_of,
)
from api.administrators.schemas import (
    Administrator,
    AdministratorId,
    AdministratorList,
    ChangedAdministrator,
    NewAdministrator,
    OwnPermissions,
    PostAdministrator,
    PutAdministrator,
    PutPassword,
    SessionList,
)
from api.administrators.views import administrator_view, compared, names_of, role_names, session_view
from api.authentication.granting import present_rights, require_admin
from api.http.errors import BadInput
from api.http.paging import ListQuery, matches, page_of_list, view_or_reason
from api.http.requests import address_of, read_body, request_body
from api.http.responses import ExactJson, no_content
from api.state.dependencies import CurrentAccessChange, CurrentAdmin, CurrentState
from database import AccessReader
from loyalty.ids import new_id

router = APIRouter(prefix="/api/admin", tags=["Admin"])
SESSION_QUERY = ListQuery({})
LIST_QUERY = ListQuery(
    {
        "id": "id",
        "username": "text",
        "email": "text",
        "isActive": "boolean",
        "createdAt": "instant",
        "external": "boolean",
        "role": "exact_text",
        "store": "exact_text",
    }
)

AdminInPath: TypeAlias = Annotated[str, Path(alias="admin", max_length=255, description="Their id or name.")]

_NEW = {"email": "kim@example.com", "plainPassword": "correct horse", "roles": ["support"], "store": "DEFAULT"}
_PASSWORDS = {"currentPassword": "password", "plainPassword": "battery staple"}


@router.get(
    "", summary="List administrators", response_model=AdministratorList, openapi_extra=LIST_QUERY.openapi_parameters()
)
async def list_administrators(request: Request, caller: CurrentAdmin, state: CurrentState) -> Response:
    """List administrators, the newest first; for a caller with access to one store, only those of that store."""
    page, filters = LIST_QUERY.parse(request.query_params, UTC)

    def read(access: AccessReader) -> list[Administrator]:
        mine = present_rights(access, caller)
        every = [
            (each, view_or_reason(each, partial(administrator_view, access)))
            for each in access.admins.all(store=mine.store)
        ]
        return [shown for admin, shown in every if matches(compared(admin, shown), filters)]

    found = await state.services.database.access_read(read)
    return ExactJson(page_of_list(found[::-1] if page.newest_first else found, page))


@router.post(
    "/data",
    summary="Create an administrator",
    response_model=AdministratorId,
    openapi_extra=request_body(PostAdministrator, {"admin": _NEW}),
)
async def post_administrator(request: Request, change: CurrentAccessChange) -> Response:
    """Create an administrator with a role, for one store or for all, with at most your rights."""
    new = (await read_body(request, PostAdministrator)).admin
    password_hash = await change.state.passwords.hash(new.plain_password)
    admin_id, now = new_id(), datetime.now(UTC)
    await change.write(
        lambda access: add_administrator(
            access, change.caller, new, admin_id=admin_id, password_hash=password_hash, now=now
        ),
        details=_details(new),
    )
    return ExactJson({"adminId": admin_id})


@router.get("/data/{admin}", summary="Show an administrator", response_model=Administrator)
async def show_administrator(admin: AdminInPath, caller: CurrentAdmin, state: CurrentState) -> Response:
    """Return one administrator, with role and store."""

    def read(access: AccessReader) -> Administrator:
        return administrator_view(access, require_admin(access, admin, present_rights(access, caller)))

    return ExactJson(await state.services.database.access_read(read))


@router.put(
    "/data/{admin}",
    summary="Change an administrator",
    response_model=AdministratorId,
    openapi_extra=request_body(PutAdministrator, {"admin": {"roles": ["viewer"], "isActive": True}}),
)
async def put_administrator(request: Request, admin: AdminInPath, change: CurrentAccessChange) -> Response:
    """Change the fields that are sent: the role, the store, the password, or disable with `isActive: false`.

    A new password, and disabling, ends all sessions; while disabled, the API keys do not work either. Drafts of
    programs are discarded in the stores that the administrator cannot access any more; once disabled, in all.
    """
    changed = (await read_body(request, PutAdministrator)).admin
    password = changed.plain_password
    password_hash = None if password is None else await change.state.passwords.hash(password)
    admin_id = await change.write(
        lambda access: change_administrator(access, change.caller, admin, changed, password_hash=password_hash),
        details=_details(changed),
    )
    change.state.authenticator.clear_cache()
    return ExactJson({"adminId": admin_id})


@router.put(
    "/password",
    summary="Change the caller's password",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PutPassword, _PASSWORDS),
)
async def put_password(request: Request, change: CurrentAccessChange) -> Response:
    """Change the password of the logged-in administrator. Every session ends, including this one: log in again."""
    passwords = await read_body(request, PutPassword)
    database, address = change.state.services.database, address_of(request)
    async with change.state.login_rate_limiter.attempt("password", change.caller.id, address) as is_known:
        known = await database.access_read(lambda access: access.admins.get(change.caller.id))
        stored = known.password_hash if known else None
        if not await change.state.passwords.verify(stored, passwords.current_password, is_known=is_known):
            raise BadInput.at("currentPassword", "this is not your present password", "wrongPassword")
    password_hash = await change.state.passwords.hash(passwords.plain_password)
    await change.write(lambda access: change_own_password(access, change.caller, password_hash))
    change.state.authenticator.clear_cache()
    return no_content()


@router.get("/permissions", summary="Show the caller's permissions", response_model=OwnPermissions)
async def show_permissions(caller: CurrentAdmin, state: CurrentState) -> Response:
    """Return the permissions of the caller, an administrator or an API key, and the store that they are limited to."""

    def read(access: AccessReader) -> OwnPermissions:
        mine = present_rights(access, caller)
        key = None if caller.key is None else access.api_keys.get(caller.id, caller.key)
        holder = key or access.admins.get(caller.id)
        return {
            "superAdmin": mine.permissions == frozenset(Permission) and mine.store is None,
            "roles": role_names(None if holder is None else access.roles.get(holder.role)),
            "permissions": names_of(mine.permissions),
            "store": mine.store,
        }

    return ExactJson(await state.services.database.access_read(read))


@router.get(
    "/{admin}/session",
    summary="List an administrator's sessions",
    response_model=SessionList,
    openapi_extra=SESSION_QUERY.openapi_parameters(),
)
async def list_sessions(request: Request, admin: AdminInPath, caller: CurrentAdmin, state: CurrentState) -> Response:
    """List the active logins of an administrator, the newest first: when, and from where."""
    page, _ = SESSION_QUERY.parse(request.query_params, UTC)
    now = datetime.now(UTC)
    sessions = await state.services.database.access_read(lambda access: sessions_of(access, caller, admin, now=now))
    items = [view_or_reason(each, partial(session_view, current=caller.session)) for each in sessions]
    return ExactJson(page_of_list(items[::-1] if page.newest_first else items, page))


@router.delete(
    "/{admin}/session/{session}", summary="End an administrator's session", status_code=204, response_class=Response
)
async def delete_session(
    admin: AdminInPath,
    session: Annotated[str, Path(max_length=255, description="Its id.")],
    change: CurrentAccessChange,
) -> Response:
    """End a login: its tokens stop working, at once in this process, within seconds in others."""
    await change.write(lambda access: end_session(access, change.caller, admin, session))
    change.state.authenticator.clear_cache()
    return no_content()


def _details(form: NewAdministrator | ChangedAdministrator) -> dict[str, Any]:
    """Return the audit log's details of a form: the fields that were sent; for a password, only that it was."""
    sent = form.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"plain_password"})
    return sent | ({"passwordChanged": True} if form.plain_password is not None else {})
