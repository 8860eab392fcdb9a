"""Points that expire: whose they are, how many, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from access import Permission
from api.authentication.callers import AdminCaller
from api.http.errors import BadInput
from api.http.paging import Filter, ListQuery
from api.http.responses import ExactJson, format_instant, omit_none
from api.http.scrolling import read_place, scrolling_parameters, without_scroll, write_place
from api.points.schemas import ExpiringPoints
from api.state.dependencies import AdminRequest
from database import ReadTransaction
from database.expiring import ExpiringKey, ExpiringLot, find_expiring
from database.pages import Condition
from loyalty.decisions import presentation
from loyalty.program.program import Program

router = APIRouter(prefix="/api/{storeCode}/points", tags=["Points"])

LIST_QUERY = ListQuery(
    {"walletType:code": "exact_text", "customerId": "exact_text", "expiresAt": "instant"}, order_by="expiresAt"
)
_COLUMNS = {"walletType:code": "wallet", "expiresAt": "expires_at"}


@router.get(
    "/expiring",
    summary="List points that expire",
    response_model=ExpiringPoints,
    openapi_extra=scrolling_parameters(LIST_QUERY),
)
async def list_expiring(request: Request, store_request: AdminRequest) -> Response:
    """Points by when they expire, if nothing changes. The list pages by key alone (`_scroll`).

    What names their members (`customerData`) is shown to those who may read members.
    """
    query, scroll = without_scroll(request.query_params)
    program = store_request.program
    page, filters = LIST_QUERY.parse(query, program.zone)
    if page.offset:
        raise BadInput.at("_page", "this list pages by key: send _scroll", "notSupported")
    after = read_place(scroll or "", _place)

    def read(tx: ReadTransaction) -> list[ExpiringLot]:
        conditions = [_condition(tx, each) for each in filters]
        return find_expiring(tx, conditions, limit=page.limit, after=after, newest_first=page.newest_first)

    found = await store_request.database.read(read)
    last = found[-1] if len(found) == page.limit else None
    following = None if last is None else write_place({"at": last.expires_at.isoformat(), "id": last.id})
    names = isinstance(store_request.caller, AdminCaller) and store_request.caller.rights.allow(Permission.VIEW_MEMBERS)
    items = [_view(each, program, names_members=names) for each in found]
    return ExactJson({"items": items, "scroll": {"next": following}})


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


def _place(fields: Mapping[str, Any]) -> ExpiringKey:
    at = datetime.fromisoformat(fields["at"])
    if at.tzinfo is None or not isinstance(fields["id"], str) or "\0" in fields["id"]:
        raise ValueError(fields)
    return ExpiringKey(at, fields["id"])
