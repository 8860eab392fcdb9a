"""Members: register, list and show them."""

from collections.abc import Callable
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.authentication.callers import MemberCaller
from api.http.paging import ListQuery, matches, page_of_list, page_of_records
from api.http.refusal_paths import refusals_at
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.members.filters import LIST_QUERY, filtered_page
from api.members.paths import MemberInPath
from api.members.relations import give_channel
from api.members.schemas import (
    Customer,
    Customers,
    CustomerStatus,
    ItemPage,
    MemberId,
    NewCustomer,
    PostMember,
)
from api.members.validation import validate_member
from api.members.views import (
    MemberRecords,
    achievements_view,
    badges_view,
    customer_view,
    status_view,
    wallets_view,
)
from api.state.changes import AdminChange, Operation
from api.state.dependencies import AdminRequest, CallerRequest, StoreRequest
from api.state.member_lookup import member_in_path
from api.state.operations import operation_of
from database import ReadTransaction, Transaction
from loyalty.events.operations import OperationContext
from loyalty.members.referrals import refer_by_token
from loyalty.members.registration import register_member
from loyalty.program.program import Program
from loyalty.refusals import UnknownChannel, UnknownReferrer

router = APIRouter(prefix="/api/{storeCode}/member", tags=["Member"])

ACHIEVEMENTS_QUERY = ListQuery({"achievementId": "id", "name": "text"})
BADGES_QUERY = ListQuery({"badgeTypeId": "id", "name": "text"})
WALLETS_QUERY = ListQuery({"walletTypeId": "id", "name": "text", "code": "text"})

_EXAMPLE = {
    "customer": {
        "firstName": "Anna",
        "lastName": "Nowak",
        "email": "anna.nowak@example.com",
        "phone": "+48500100200",
        "loyaltyCardNumber": "C-000123",
        "agreement1": True,
    }
}


@router.post("", summary="Register a member", response_model=MemberId, openapi_extra=request_body(PostMember, _EXAMPLE))
async def post_member(request: Request, change: AdminChange) -> Response:
    """Register a member. What the program gives to new members follows."""
    posted = await read_body(request, PostMember)
    return await change.respond(posted, lambda: _registration(change.store_request, posted.customer))


async def _registration(store_request: StoreRequest, customer: NewCustomer) -> Operation:
    new = await validate_member(store_request, customer)
    program, revision = store_request.program, store_request.revision

    def register(operation: OperationContext, tx: Transaction) -> MemberId:
        registered = register_member(tx, program, revision, new, now=store_request.now)
        operation.to_start.append(registered)
        with refusals_at({UnknownReferrer: "customer.referrerToken", UnknownChannel: "customer.channelId"}):
            refer_by_token(operation, registered.member, customer.referrer_token)
            if customer.channel_id is not None:
                operation.lock_members(registered.member)
                give_channel(operation, tx, registered.member, customer.channel_id)
        return {"customerId": registered.member, "email": new.identity.written(program.region).email}

    return operation_of(store_request, register)


@router.get("", summary="List members", response_model=Customers, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_members(request: Request, store_request: AdminRequest) -> Response:
    """List the members of a store, the newest first."""
    program = store_request.program
    page, filters = LIST_QUERY.parse(request.query_params, program.zone)

    def read(tx: ReadTransaction) -> dict[str, Any]:
        found = tx.members.page(filtered_page(tx, page, filters, program), wallet=program.default_wallet.code)
        return page_of_records(found, lambda each: customer_view(tx, each, program))

    return ExactJson(await store_request.database.read(read))


@router.get("/{member}", summary="Show a member", response_model=Customer)
async def show_member(member: MemberInPath, store_request: CallerRequest) -> Response:
    """Return one member. A member's own token shows only that member."""
    program, for_staff = store_request.program, not isinstance(store_request.caller, MemberCaller)

    def read(tx: ReadTransaction) -> dict[str, Any]:
        return customer_view(tx, member_in_path(tx, store_request, member), program, for_staff=for_staff)

    return ExactJson(await store_request.database.read(read))


@router.get("/{member}/status", summary="Show a member's standing", response_model=CustomerStatus)
async def show_status(member: MemberInPath, store_request: CallerRequest) -> Response:
    """Return points, tier, achievements and badges, as of now."""
    records = await _records(store_request, member)
    return ExactJson(status_view(records, store_request.program, store_request.now))


@router.get(
    "/{member}/achievement",
    summary="List a member's achievements",
    response_model=ItemPage,
    openapi_extra=ACHIEVEMENTS_QUERY.openapi_parameters(),
    tags=["Achievement"],
)
async def list_achievements(request: Request, member: MemberInPath, store_request: CallerRequest) -> Response:
    """List every achievement of the program with the member's progress, as of now."""
    return await _page(request, store_request, member, ACHIEVEMENTS_QUERY, achievements_view, _named)


@router.get(
    "/{member}/badge",
    summary="List a member's badges",
    response_model=ItemPage,
    openapi_extra=BADGES_QUERY.openapi_parameters(),
)
async def list_badges(request: Request, member: MemberInPath, store_request: AdminRequest) -> Response:
    """List the badges of a member."""
    return await _page(request, store_request, member, BADGES_QUERY, badges_view)


@router.get(
    "/{member}/wallet",
    summary="List a member's wallets",
    response_model=ItemPage,
    openapi_extra=WALLETS_QUERY.openapi_parameters(),
    tags=["Wallet"],
)
async def list_wallets(request: Request, member: MemberInPath, store_request: AdminRequest) -> Response:
    """List the member's balance in each wallet of the program."""
    return await _page(request, store_request, member, WALLETS_QUERY, wallets_view, itemgetter("walletType"))


async def _page(
    request: Request,
    store_request: StoreRequest,
    member: str,
    query: ListQuery,
    view: Callable[[MemberRecords, Program], list[dict[str, Any]]],
    fields: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> Response:
    """Return the items that match the filters; `fields` returns the fields of an item that filters name."""
    page, filters = query.parse(request.query_params, store_request.program.zone)
    items = view(await _records(store_request, member), store_request.program)
    return ExactJson(page_of_list([each for each in items if matches(fields(each), filters)], page))


def _named(achievement: dict[str, Any]) -> dict[str, Any]:
    return {**achievement, "name": achievement["achievementName"]}


async def _records(store_request: StoreRequest, member: str) -> MemberRecords:
    now = datetime.now(UTC)
    return await store_request.database.read(
        lambda tx: MemberRecords.read(tx, member_in_path(tx, store_request, member), store_request.program, now)
    )
