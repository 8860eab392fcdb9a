"""Referrals: list them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.paging import Filter, ListQuery, page_of_records
from api.http.responses import ExactJson, format_instant
from api.referrals.schemas import Referrals
from api.state.dependencies import AdminRequest
from database import ReadTransaction
from database.pages import Condition
from database.referrals import ReferralName
from loyalty.program.program import Program
from loyalty.store.referrals import Referral, member_of_token, referral_token

router = APIRouter(prefix="/api/{storeCode}/referral", tags=["Member"])

LIST_QUERY = ListQuery(
    {
        "referralId": "exact_text",
        "referrerId": "exact_text",
        "referrerToken": "exact_text",
        "refereeId": "exact_text",
        "referrerName": "text",
        "refereeName": "text",
        "createdAt": "instant",
    }
)

_NAMED: Mapping[str, Literal["referrer", "referee"]] = {"referrerName": "referrer", "refereeName": "referee"}

_COLUMNS = {"referralId": "id", "referrerId": "referrer", "refereeId": "referee", "createdAt": "created_at"}


@router.get("", summary="List referrals", response_model=Referrals, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_referrals(request: Request, store_request: AdminRequest) -> Response:
    """List the referrals of members, the newest first."""
    program = store_request.program
    page, filters = LIST_QUERY.parse(request.query_params, program.zone)
    conditions = [_condition(each) for each in filters if each.field not in _NAMED]
    wanted = replace(page, conditions=conditions)
    names = [
        ReferralName(_NAMED[each.field], str(each.value), each.operator == "eq")
        for each in filters
        if each.field in _NAMED
    ]

    def read(tx: ReadTransaction) -> dict[str, Any]:
        return page_of_records(tx.referrals.page(wanted, names), lambda each: _view(tx, each, program))

    return ExactJson(await store_request.database.read(read))


def _condition(one: Filter) -> Condition:
    if one.field == "referrerToken":
        return Condition("referrer", "in", [each for each in [member_of_token(str(one.value))] if each])
    condition = one.on(_COLUMNS[one.field])
    return condition if one.field == "createdAt" else Condition(condition.column, "eq", str(condition.value).lower())


def _view(tx: ReadTransaction, referral: Referral, program: Program) -> dict[str, Any]:
    return {
        "referralId": referral.id,
        "referrerId": referral.referrer,
        "referrerName": _name(tx, referral.referrer),
        "referrerToken": referral_token(referral.referrer),
        "refereeId": referral.referee,
        "refereeName": _name(tx, referral.referee),
        "createdAt": format_instant(referral.created_at, program.zone),
    }


def _name(tx: ReadTransaction, member_id: str) -> str:
    member = tx.members.get(member_id)
    profile = {} if member is None else member.profile
    return " ".join(filter(None, (profile.get("firstName"), profile.get("lastName"))))
