"""Redemption codes of campaigns: list, generate and upload them. Events use them."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.campaigns.lookup import CampaignInPath, reactor_in_path
from api.campaigns.schemas import CampaignCodes, PostCampaignCodes, PostGeneratedCodes
from api.http.errors import BadInput
from api.http.paging import Filter, ListQuery, page_of_records
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson, format_instant
from api.state.changes import AdminChange
from api.state.dependencies import AdminRequest
from api.state.operations import operates
from database import ReadTransaction
from database.pages import Condition
from loyalty.campaigns.codes import generate_codes, normal_code, upload_codes
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from loyalty.store.campaign_codes import CampaignCode

router = APIRouter(prefix="/api/{storeCode}", tags=["Campaign"])

CODES_QUERY = ListQuery(
    {
        "status": "exact_text",
        "code": "exact_text",
        "codeId": "exact_text",
        "usedAt": "instant",
        "createdAt": "instant",
    }
)
_COLUMNS = {"codeId": "id", "usedAt": "used_at", "createdAt": "created_at"}


@router.get(
    "/campaign/{campaign}/codes",
    summary="List redemption codes",
    response_model=CampaignCodes,
    openapi_extra=CODES_QUERY.openapi_parameters(),
)
async def list_codes(request: Request, name: CampaignInPath, store_request: AdminRequest) -> Response:
    """Return the redemption codes of a campaign, the latest first: `active` ones can be used, `used` ones no more."""
    program = store_request.program
    reactor = reactor_in_path(program, name)
    page, filters = CODES_QUERY.parse(request.query_params, program.zone)
    uses = 1 if reactor.code is None else reactor.code.uses
    asked = replace(page, conditions=[_condition(each, uses) for each in filters])

    def read(tx: ReadTransaction) -> dict[str, Any]:
        return page_of_records(tx.campaign_codes.page(reactor.name, asked), lambda each: _view(each, reactor, program))

    return ExactJson(await store_request.database.read(read))


@router.post(
    "/campaign/{campaign}/codes/generate",
    summary="Generate redemption codes",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostGeneratedCodes, {"generate": {"numberOfCodes": 100}}),
)
async def post_generated(request: Request, name: CampaignInPath, change: AdminChange) -> Response:
    """Generate new, distinct codes for a campaign whose file has `code`."""
    posted = await read_body(request, PostGeneratedCodes)
    reactor = reactor_in_path(change.store_request.program, name)
    number = posted.generate.number_of_codes
    return await change.respond(
        posted, operates(change, lambda operation, _: generate_codes(operation, reactor.name, number))
    )


@router.post(
    "/campaign/{campaign}/codes",
    summary="Upload redemption codes",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostCampaignCodes, {"codes": ["WINTER-7QX2", "WINTER-9KM4"]}),
)
async def post_codes(request: Request, name: CampaignInPath, change: AdminChange) -> Response:
    """Add your own codes to a campaign whose file has `code`: all of them, or none. Case does not matter."""
    posted = await read_body(request, PostCampaignCodes)
    reactor = reactor_in_path(change.store_request.program, name)
    return await change.respond(
        posted, operates(change, lambda operation, _: upload_codes(operation, reactor.name, posted.codes))
    )


def _condition(one: Filter, uses: int) -> Condition:
    match one.field:
        case "status" if one.value in ("active", "used"):
            return Condition("used", "gte" if one.value == "used" else "lt", uses)
        case "status":
            raise BadInput.at("status", "a code is active or used", "invalid")
        case "code":
            return Condition("code", "eq", normal_code(str(one.value)))
        case "codeId":
            return Condition("id", "eq", str(one.value).lower())
        case field:
            return one.on(_COLUMNS[field])


def _view(code: CampaignCode, reactor: Reactor, program: Program) -> dict[str, Any]:
    uses = 1 if reactor.code is None else reactor.code.uses
    return {
        "codeId": code.id,
        "code": code.code,
        "status": "used" if code.used >= uses else "active",
        "uses": code.used,
        "usedAt": None if code.used_at is None else format_instant(code.used_at, program.zone),
        "usedByMemberId": code.member,
        "createdAt": format_instant(code.created_at, program.zone),
        "createdBy": code.created_by,
    }
