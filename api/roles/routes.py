"""Roles: list, create, change and delete them; and the available permissions."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from access import Permission
from api.http.paging import ListQuery, matches, page_of_list, view_or_reason
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson, no_content
from api.roles.operations import add_role, change_role, find_role, remove_role
from api.roles.schemas import AclNames, PostRole, PutRole, RoleForm, RoleId, RoleList, RoleView
from api.roles.views import names_view, role_view
from api.state.dependencies import CurrentAccessChange, CurrentAdmin, CurrentState

router = APIRouter(prefix="/api/acl", tags=["ACL"])
LIST_QUERY = ListQuery({"id": "exact_text", "role": "text", "name": "text", "master": "boolean", "builtIn": "boolean"})

RoleInPath: TypeAlias = Annotated[str, Path(alias="role", max_length=255, description="Its number or its name.")]

_PERMISSIONS = [{"resource": "CUSTOM_EVENT", "access": "MODIFY"}, {"resource": "CUSTOMER", "access": "VIEW"}]
_BOUNDS = [{"kind": "points", "unit": "points", "once": 500, "day": 2000}]
_EXAMPLE = {"role": {"name": "till with member search", "permissions": _PERMISSIONS, "correctionBounds": _BOUNDS}}
_CHANGED = {"role": {"name": "till", "permissions": _PERMISSIONS}}


@router.get("/accesses", summary="List the kinds of access", response_model=AclNames)
async def list_accesses(_caller: CurrentAdmin) -> Response:
    """List the kinds of access to a resource."""
    return ExactJson(names_view(each.access for each in Permission))


@router.get("/resources", summary="List the resources", response_model=AclNames)
async def list_resources(_caller: CurrentAdmin) -> Response:
    """List the resources of permissions."""
    return ExactJson(names_view(each.resource for each in Permission))


@router.get("/role", summary="List roles", response_model=RoleList, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_roles(request: Request, _caller: CurrentAdmin, state: CurrentState) -> Response:
    """List every role with its permissions, the newest first; the built-in ones are the oldest."""
    page, filters = LIST_QUERY.parse(request.query_params, UTC)
    roles = await state.services.database.access_read(lambda access: access.roles.all())
    items = [view_or_reason(each, role_view, lambda role: str(role.id)) for each in roles]
    found = [each for each in items if matches({**each, "id": str(each["id"])}, filters)]
    return ExactJson(page_of_list(found[::-1] if page.newest_first else found, page))


@router.post(
    "/role",
    summary="Create a role",
    response_model=RoleId,
    status_code=201,
    openapi_extra=request_body(PostRole, _EXAMPLE),
)
async def make_role(request: Request, change: CurrentAccessChange) -> Response:
    """Create a role with at most your rights."""
    form = (await read_body(request, PostRole)).role
    now = datetime.now(UTC)
    number = await change.write(lambda access: add_role(access, change.caller, form, now=now), details=_details(form))
    return ExactJson({"roleId": number}, status_code=201)


@router.get("/role/{role}", summary="Show a role", response_model=RoleView)
async def show_role(role: RoleInPath, _caller: CurrentAdmin, state: CurrentState) -> Response:
    """Return a role with its permissions."""
    return ExactJson(role_view(await state.services.database.access_read(lambda access: find_role(access, role))))


@router.put(
    "/role/{role}",
    summary="Change a role",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PutRole, _CHANGED),
)
async def put_role(request: Request, role: RoleInPath, change: CurrentAccessChange) -> Response:
    """Change the name or the permissions of a role: this takes effect at once here, elsewhere within seconds."""
    form = (await read_body(request, PutRole)).role
    await change.write(lambda access: change_role(access, change.caller, role, form), details=_details(form))
    change.state.authenticator.clear_cache()
    return no_content()


@router.delete("/role/{role}", summary="Delete a role", status_code=204, response_class=Response)
async def delete_role(role: RoleInPath, change: CurrentAccessChange) -> Response:
    """Delete a role that no administrator and no key has."""
    await change.write(lambda access: remove_role(access, change.caller, role))
    return no_content()


def _details(form: RoleForm) -> dict[str, Any]:
    """Return the audit log's details of a form."""
    return form.model_dump(mode="json", by_alias=True)
