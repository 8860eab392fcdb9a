"""Points that expire: whose, how many, and when."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from access import Permission
from api.authentication.callers import AdminCaller
from api.http.errors import BadInput
from api.http.paging import Filter, ListQuery, page_of_records
from api.http.places import BY_DATE
from api.http.responses import ExactJson, format_instant, omit_none
from api.points.schemas import ExpiringPoints
from api.state.dependencies import AdminRequest
from database import ReadTransaction
from database.expiring import ExpiringLot, find_expiring
from database.pages import Condition
from loyalty.decisions import presentation
from loyalty.program.program import Program

router = APIRouter(prefix="/api/{storeCode}/points", tags=["Points"])

LIST_QUERY = ListQuery(
    {"walletType:code": "exact_text", "customerId": "exact_text", "test": "boolean", "expiresAt": "instant"},
    order_by="expiresAt",
    key=BY_DATE,
)
_COLUMNS = {"walletType:code": "wallet", "test": "test", "expiresAt": "expires_at"}


@router.get(
    "/expiring",
    summary="List points that expire",
    response_model=ExpiringPoints,
    openapi_extra=LIST_QUERY.openapi_parameters(),
)
async def list_expiring(request: Request, store_request: AdminRequest) -> Response:
    """List points by when they expire, as scheduled.

    The list only pages by key (`_scroll`). The identities of members (`customerData`) are shown to callers who may read
    members.
    """
    program = store_request.program
    page, filters = LIST_QUERY.parse(request.query_params, program.zone)
    if page.offset:
        raise BadInput.at("_page", "this list pages by key: send _scroll", "notSupported")
    caller = store_request.caller
    names = isinstance(caller, AdminCaller) and caller.rights.allow(Permission.VIEW_MEMBERS)

    def read(tx: ReadTransaction) -> dict[str, Any]:
        conditions = [_condition(tx, each) for each in filters]
        found = find_expiring(tx, replace(page, conditions=conditions, by_key=True))
        return page_of_records(found, lambda each: _view(each, program, names_members=names))

    return ExactJson(await store_request.database.read(read))


def _condition(tx: ReadTransaction, one: Filter) -> Condition:
    if one.field == "customerId":
        return Condition("member", "eq", tx.members.leads_to(str(one.value).lower()))
    return one.on(_COLUMNS[one.field])


def _view(each: ExpiringLot, program: Program, *, names_members: bool) -> dict[str, Any]:
    identity = omit_none(email=each.email, phone=each.phone, loyaltyCardNumber=each.card) if names_members else {}
    return {
        "lotId": each.id,
        "expiresAt": format_instant(each.expires_at, program.zone),
        "walletTypeCode": each.wallet,
        "points": presentation.amount(program, each.wallet, each.points),
        "customerId": each.member,
        "customerData": identity,
    }
