"""The audit log: list it. It cannot be changed."""

from dataclasses import replace
from datetime import UTC

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.audit_log.schemas import ENTRY, AuditLogEntries
from api.audit_log.views import entry_view
from api.authentication.granting import present_rights
from api.http.paging import ListQuery, page_of_records
from api.http.places import BY_DATE
from api.http.responses import ExactJson
from api.state.dependencies import CurrentAdmin, CurrentState
from database import AccessReader
from database.audit_log import AuditEntry
from database.pages import PageResult

router = APIRouter(prefix="/api/audit", tags=["Audit"])

LIST_QUERY = ListQuery(
    {
        "auditLogId": "exact_text",
        "eventType": "text",
        "entityType": "exact_text",
        "entityId": "exact_text",
        "userId": "exact_text",
        "username": "text",
        "userType": "exact_text",
        "apiKeyId": "exact_text",
        "ip": "exact_text",
        "store": "exact_text",
        "outcome": "exact_text",
        "createdAt": "instant",
    },
    key=BY_DATE,
)

COLUMNS = {
    "auditLogId": "id",
    "eventType": "event_type",
    "entityType": "entity_type",
    "entityId": "entity_id",
    "userId": "user_id",
    "username": "username",
    "userType": "user_type",
    "apiKeyId": "api_key",
    "ip": "address",
    "store": "store",
    "outcome": "outcome",
    "createdAt": "created_at",
}

_TOTAL = {"all": 812, "filtered": 1, "estimated": False}


@router.get(
    "/log",
    summary="Show the audit log",
    response_model=AuditLogEntries,
    openapi_extra=LIST_QUERY.openapi_parameters(),
    responses={200: {"content": {"application/json": {"example": {"items": [ENTRY], "total": _TOTAL}}}}},
)
async def list_entries(request: Request, caller: CurrentAdmin, state: CurrentState) -> Response:
    """List the changes by administrators and API keys, and those that they were refused, the newest first.

    A caller with access to one store only sees changes in it.
    """
    page, filters = LIST_QUERY.parse(request.query_params, UTC)
    wanted = replace(page, conditions=[each.on(COLUMNS[each.field]) for each in filters])

    def read(access: AccessReader) -> PageResult[AuditEntry]:
        return access.audit_log.page(wanted, store=present_rights(access, caller).store)

    found = await state.services.database.access_read(read)
    return ExactJson(page_of_records(found, entry_view))
