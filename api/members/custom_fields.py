"""Declared custom attributes, as the reference lists the schemas of custom fields."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import NotAllowed, NotFound
from api.http.paging import ListQuery, matches, page_of_list
from api.http.responses import ExactJson, format_instant
from api.members.custom_field_schemas import CustomFieldSchema, CustomFieldSchemas
from api.state.dependencies import AdminRequest
from loyalty.program.program import Program

router = APIRouter(prefix="/api/{storeCode}", tags=["Custom field schema"])

LIST_QUERY = ListQuery({"name": "text", "active": "boolean"})


@router.get(
    "/custom-field-schema",
    summary="List declared attributes",
    response_model=CustomFieldSchemas,
    openapi_extra=LIST_QUERY.openapi_parameters(),
)
async def list_schemas(request: Request, store_request: AdminRequest) -> Response:
    """List the attributes of members that the program declares, in the order of its file."""
    program, deployed_at = store_request.program, await store_request.deployed_at()
    page, filters = LIST_QUERY.parse(request.query_params, program.zone)
    views = [_view(program, name, deployed_at) for name in program.attributes]
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


@router.get(
    "/custom-field-schema/{customFieldSchemaId}", summary="Show a declared attribute", response_model=CustomFieldSchema
)
async def show_schema(
    id_: Annotated[str, Path(alias="customFieldSchemaId", description="Its id, or the attribute's name.")],
    store_request: AdminRequest,
) -> Response:
    """Return one attribute of members that the program declares."""
    program = store_request.program
    for name in program.attributes:
        if id_ == name or id_.lower() == program.id_of("attribute", name):
            return ExactJson(_view(program, name, await store_request.deployed_at()))
    raise NotFound(f"no declared attribute {id_[:80]} in {store_request.store}")


@router.post("/custom-field-schema", include_in_schema=False)
@router.put("/custom-field-schema/{customFieldSchemaId}", include_in_schema=False)
async def refuse_change(store_request: AdminRequest) -> Response:
    """Answer 405: attributes are part of a program, and are reviewed, tested and deployed with it."""
    message = f"attributes live in the program's files: change program.yaml of {store_request.store} and deploy it"
    raise NotAllowed(message, allow="GET")


def _view(program: Program, name: str, deployed_at: datetime) -> dict[str, Any]:
    schema = program.attributes[name].schema
    said = schema.get("description") if isinstance(schema, dict) else None
    return {
        "customFieldSchemaId": program.id_of("attribute", name),
        "name": name,
        "type": "text",
        "required": False,
        "active": True,
        "createdAt": format_instant(deployed_at, program.zone),
        "description": said,
        "groupOfValuesId": None,
        "schema": schema,
    }
