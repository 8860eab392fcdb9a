"""Members: registered, found, and where they stand."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.authentication.tokens import MemberCaller
from api.dependencies import AdminCall, SomeCall, StoreCall
from api.errors import Forbidden, NotFound
from api.members import views as member_facts
from api.members.enrolment import enrol
from api.members.schemas import Customer, Customers, CustomerStatus, Listed, MemberId, PostMember
from api.members.views import NONE, MemberFacts
from api.paging import Listing, Wanted, listed, page_of
from api.requests import read_body, takes
from api.responses import ExactJson
from database import Transaction
from database.members import Identity
from database.pages import Condition, Page
from loyalty.ids import is_id
from loyalty.store.rows import Row

router = APIRouter(prefix="/api/{storeCode}/member", tags=["Member"])

LISTING = Listing(
    {
        "customerId": "name",
        "email": "text",
        "phone": "text",
        "loyaltyCardNumber": "text",
        "active": "boolean",
        "createdAt": "instant",
        "registeredAt": "instant",
    }
)
PAGES = Listing({})

MemberName: TypeAlias = Annotated[
    str,
    Path(description="A customerId, or `email=...`, `phone=...` or `loyaltyCardNumber=...`."),
]

_COLUMNS = {
    "customerId": "id",
    "email": "email_key",
    "phone": "phone_key",
    "loyaltyCardNumber": "card",
    "active": "active",
    "createdAt": "created_at",
    "registeredAt": "registered_at",
}
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


@router.post("", summary="Register a member", response_model=MemberId, openapi_extra=takes(PostMember, _EXAMPLE))
async def register_member(request: Request, call: AdminCall) -> Response:
    """Register a member. What the program gives newcomers follows by itself."""
    new = (await read_body(request, PostMember)).customer
    started = await enrol(call, new)
    await call.desk.starter.start([started])
    answer: MemberId = {"customerId": started.member, "email": new.email}
    return ExactJson(answer)


@router.get("", summary="List members", response_model=Customers, openapi_extra=LISTING.parameters())
async def list_members(request: Request, call: AdminCall) -> Response:
    """The members of a store, the newest first."""
    page, wanted = LISTING.read(request.query_params, call.program.zone)
    chosen = Page(page.limit, page.offset, page.newest_first, [_condition(each) for each in wanted])
    code = call.program.default_wallet.code

    def read(tx: Transaction) -> dict[str, Any]:
        found = tx.members.page(chosen)
        balances = {row["id"]: tx.members.balances(row["id"]).get(code, NONE) for row in found.rows}
        return listed([member_facts.customer(row, balances[row["id"]], call.program) for row in found.rows], found)

    return ExactJson(await call.database.read(read))


@router.get("/{member}", summary="Show a member", response_model=Customer)
async def show_member(member: MemberName, call: SomeCall) -> Response:
    """One member. A member's own token shows only that member."""
    code = call.program.default_wallet.code

    def read(tx: Transaction) -> dict[str, Any]:
        row = _member(tx, call, member)
        return member_facts.customer(row, tx.members.balances(row["id"]).get(code, NONE), call.program)

    return ExactJson(await call.database.read(read))


@router.get("/{member}/status", summary="Show where a member stands", response_model=CustomerStatus)
async def show_status(member: MemberName, call: SomeCall) -> Response:
    """Points, tier, achievements and badges, as of now."""
    facts = await _facts(call, member)
    return ExactJson(member_facts.status(facts, call.program, call.now))


@router.get(
    "/{member}/achievement",
    summary="List a member's achievements",
    response_model=Listed,
    openapi_extra=PAGES.parameters(),
    tags=["Achievement"],
)
async def list_achievements(request: Request, member: MemberName, call: SomeCall) -> Response:
    """Every achievement of the program with the member's progress, as of now."""
    return await _page(request, call, member, member_facts.achievements)


@router.get(
    "/{member}/badge",
    summary="List a member's badges",
    response_model=Listed,
    openapi_extra=PAGES.parameters(),
)
async def list_badges(request: Request, member: MemberName, call: AdminCall) -> Response:
    """The badges a member was granted."""
    return await _page(request, call, member, member_facts.badges)


@router.get(
    "/{member}/wallet",
    summary="List a member's wallets",
    response_model=Listed,
    openapi_extra=PAGES.parameters(),
    tags=["Wallet"],
)
async def list_wallets(request: Request, member: MemberName, call: AdminCall) -> Response:
    """What a member has in each wallet of the program."""
    return await _page(request, call, member, member_facts.wallets)


async def _page(
    request: Request, call: StoreCall, member: str, items: Callable[[MemberFacts, Any], list[dict[str, Any]]]
) -> Response:
    page, _ = PAGES.read(request.query_params, call.program.zone)
    return ExactJson(page_of(items(await _facts(call, member), call.program), page))


async def _facts(call: StoreCall, member: str) -> MemberFacts:
    def read(tx: Transaction) -> MemberFacts:
        return MemberFacts.read(tx, _member(tx, call, member), call.program)

    return await call.database.read(read)


def _member(tx: Transaction, call: StoreCall, name: str) -> Row:
    """The member that a path names; raise NotFound, or Forbidden for a member who asks for another."""
    identity = _identity(name)
    rows = tx.members.matching(identity) if identity else []
    caller = call.caller
    if isinstance(caller, MemberCaller) and (caller.store != call.store or not rows or rows[0]["id"] != caller.id):
        raise Forbidden
    if not rows:
        raise NotFound(f"no member {name[:80]} in {call.store}")
    return rows[0]


def _identity(name: str) -> Identity:
    kind, sign, value = name.partition("=")
    match (kind, sign):
        case ("email", "="):
            return Identity(email=value)
        case ("phone", "="):
            return Identity(phone=value)
        case ("loyaltyCardNumber", "="):
            return Identity(card=value)
        case _:
            return Identity(id=name.lower() if is_id(name) else None)


def _condition(wanted: Wanted) -> Condition:
    """Ids, e-mail addresses and phone numbers are the same in any case."""
    condition = wanted.on(_COLUMNS[wanted.field])
    if wanted.field in ("customerId", "email", "phone"):
        return Condition(condition.column, condition.operator, str(condition.value).lower())
    return condition
