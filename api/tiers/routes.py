"""Tier sets and tiers: read them, a member's tiers, and tiers by hand."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.authentication.callers import MemberCaller
from api.http.errors import BadInput, Forbidden, NotAllowed, NotFound
from api.http.paging import ListQuery, matches, page_of_list
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.points.moves import moves, parse_until
from api.state.by_hand import ChangedByHand
from api.state.dependencies import AdminRequest, CallerRequest, StoreRequest
from api.state.member_lookup import member_in_path
from api.tiers.schemas import (
    MemberTierSets,
    OwnTiers,
    PostRemoveTier,
    PostTier,
    TierOfSet,
    TierSet,
    TierSetProgress,
    TierSets,
    TiersOfSet,
)
from api.tiers.views import (
    member_tier_set_view,
    own_tier_view,
    progress_view,
    set_named,
    tier_named,
    tier_set_view,
    tier_views,
    tiers_of_member,
)
from database import ReadTransaction, Transaction
from loyalty.events.operations import OperationContext
from loyalty.program.program import Program
from loyalty.program.tiers import DEFAULT_SET
from loyalty.program.tiers import TierSet as TierSetOfProgram
from loyalty.program.wallets import ONE, Points
from loyalty.refusals import UnknownTier
from loyalty.tiers.operations import AssignTier, assign_tier, unassign_tier
from loyalty.tiers.refusals import UnknownTierSet

router = APIRouter(prefix="/api/{storeCode}", tags=["Tier"])

SETS_QUERY = ListQuery({"name": "text", "active": "boolean"})
TIERS_QUERY = ListQuery({"name": "text", "active": "boolean", "levelId": "id"})
MEMBER_QUERY = ListQuery({"currentTierId": "id", "tierSetId": "id"})
OWN_QUERY = ListQuery({"name": "text"})

MemberInPath: TypeAlias = Annotated[
    str,
    Path(alias="member", description="A customerId, or `email=...`, `phone=...` or `loyaltyCardNumber=...`."),
]
TierSetInPath: TypeAlias = Annotated[str, Path(alias="tierSet", description="A tierSetId, or its name in files.")]


@router.get(
    "/tierSet", summary="List tier sets", response_model=TierSets, openapi_extra=SETS_QUERY.openapi_parameters()
)
async def list_tier_sets(request: Request, store_request: AdminRequest) -> Response:
    """List the tier sets of the program in force, the default one first."""
    program = store_request.program
    page, filters = SETS_QUERY.parse(request.query_params, program.zone)
    deployed_at = await store_request.deployed_at()
    views = [tier_set_view(program, each, deployed_at=deployed_at) for each in program.tier_sets.values()]
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


@router.get("/tierSet/{tierSet}", summary="Show a tier set", response_model=TierSet)
async def show_tier_set(name: TierSetInPath, store_request: AdminRequest) -> Response:
    """Return one tier set of the program in force."""
    tier_set = _required_set(store_request, name)
    deployed_at = await store_request.deployed_at()
    return ExactJson(tier_set_view(store_request.program, tier_set, deployed_at=deployed_at))


@router.get(
    "/tierSet/{tierSet}/tiers",
    summary="List the tiers of a tier set",
    response_model=TiersOfSet,
    openapi_extra=TIERS_QUERY.openapi_parameters(),
)
async def list_tiers_of_set(request: Request, name: TierSetInPath, store_request: AdminRequest) -> Response:
    """List the tiers of a tier set, from the lowest."""
    return await _tiers(request, store_request, [_required_set(store_request, name)])


@router.get("/tier", summary="List tiers", response_model=TiersOfSet, openapi_extra=TIERS_QUERY.openapi_parameters())
async def list_tiers(request: Request, store_request: AdminRequest) -> Response:
    """List the tiers of the program in force, set by set, from the lowest."""
    return await _tiers(request, store_request, store_request.program.tier_sets.values())


@router.get("/tier/{tier}", summary="Show a tier", response_model=TierOfSet)
async def show_tier(
    name: Annotated[
        str,
        Path(alias="tier", description="A levelId, or the tier's name in program files, `SET/TIER` of another set."),
    ],
    store_request: AdminRequest,
) -> Response:
    """Return one tier of the program in force."""
    program = store_request.program
    found = tier_named(program, name)
    if found is None:
        raise NotFound(f"no tier {name[:80]} in {store_request.store}")
    tier_set, tier = found
    views = tier_views(program, tier_set, deployed_at=await store_request.deployed_at())
    return ExactJson(views[tier_set.tiers.index(tier)])


@router.get(
    "/member/tier",
    summary="Show the caller's tier",
    response_model=OwnTiers,
    openapi_extra=OWN_QUERY.openapi_parameters(),
    tags=["Member"],
)
async def show_own_tier(request: Request, store_request: CallerRequest) -> Response:
    """List the tiers of the logged-in member, one per tier set."""
    program, caller = store_request.program, store_request.caller
    if not isinstance(caller, MemberCaller) or caller.store != store_request.store:
        raise Forbidden("this is for members of the store: log in as one")
    page, filters = OWN_QUERY.parse(request.query_params, program.zone)

    def read(tx: ReadTransaction) -> list[dict[str, Any]]:
        member = tx.members.get(caller.id)
        found = () if member is None else tiers_of_member(tx, program, member)
        return [own_tier_view(program, tier_set, tier) for tier_set, tier, _ in found]

    views = await store_request.database.read(read)
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


@router.get(
    "/member/{member}/tierSet",
    summary="List the tier sets of a member",
    response_model=MemberTierSets,
    openapi_extra=MEMBER_QUERY.openapi_parameters(),
)
async def list_member_tier_sets(request: Request, member: MemberInPath, store_request: CallerRequest) -> Response:
    """List the member's tier in each tier set."""
    program = store_request.program
    page, filters = MEMBER_QUERY.parse(request.query_params, program.zone)

    def read(tx: ReadTransaction) -> list[dict[str, Any]]:
        found = member_in_path(tx, store_request, member)
        holds = tx.tier_holds.holds_of(found.id)
        return [
            member_tier_set_view(program, tier_set, tier, holds.get(tier_set.name))
            for tier_set, tier, _ in tiers_of_member(tx, program, found)
        ]

    views = await store_request.database.read(read)
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


@router.get(
    "/member/{member}/tierSet/{tierSet}",
    summary="Show a member's standing in a tier set",
    response_model=TierSetProgress,
)
async def show_progress(member: MemberInPath, name: TierSetInPath, store_request: CallerRequest) -> Response:
    """Return a member's tier, and what is missing to the next one."""
    program, now = store_request.program, datetime.now(UTC)

    def read(tx: ReadTransaction) -> dict[str, Any]:
        found = member_in_path(tx, store_request, member)
        tier_set = _required_set(store_request, name)
        hold = tx.tier_holds.hold(found.id, tier_set.name)
        return progress_view(tx, program, tier_set, found, hold, now=now)

    return ExactJson(await store_request.database.read(read))


@router.post(
    "/member/{member}/tier",
    summary="Assign a tier by hand",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostTier, {"levelId": "silver", "until": "2099-12-31"}),
    tags=["Member"],
)
async def assign(request: Request, member: MemberInPath, by_hand: ChangedByHand) -> Response:
    """Put a member into a tier, by its id or its name in program files.

    A higher tier is a floor, until `until` or until it is removed: the member rises above it, and does not fall below.
    A lower one holds until the next review. With `pinned` it holds both ways.
    """
    posted = await read_body(request, PostTier)
    change = by_hand.change
    store_request = change.store_request

    def run(operation: OperationContext, tx: Transaction) -> None:
        found = member_in_path(tx, store_request, member)
        until = parse_until(posted.until, store_request, path="until")
        within = None if posted.tier_set_id is None else _named_set(operation.program, posted.tier_set_id)
        named = tier_named(operation.program, posted.level_id, within)
        if named is None:
            known = operation.program.default_tier_set if within is None else within
            unknown = UnknownTier([each.name for each in known.tiers])
            raise BadInput.at("levelId", str(unknown), "unknownTier")
        tier_set, tier = named
        by_hand.note(operation, found.id, "tier", tier.name, Points(ONE))
        assign_tier(operation, AssignTier(found.id, tier.name, until, posted.pinned, tier_set.name))

    return await change.respond(posted, moves(change, run))


@router.post(
    "/member/{member}/remove-manually-level",
    summary="Remove a tier assigned by hand",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostRemoveTier, {}),
    tags=["Member"],
)
async def unassign(request: Request, member: MemberInPath, by_hand: ChangedByHand) -> Response:
    """Remove a tier by hand: the member moves to the tier that they would be in without it."""
    posted = await read_body(request, PostRemoveTier)
    change = by_hand.change
    store_request = change.store_request

    def run(operation: OperationContext, tx: Transaction) -> None:
        found = member_in_path(tx, store_request, member)
        within = None if posted.tier_set_id is None else _named_set(operation.program, posted.tier_set_id)
        by_hand.note(operation, found.id, "tier", "", Points(ONE))
        unassign_tier(operation, found.id, DEFAULT_SET if within is None else within.name)

    return await change.respond(posted, moves(change, run))


@router.post("/tierSet", include_in_schema=False)
@router.put("/tierSet/{tierSet}", include_in_schema=False)
@router.put("/tierSet/{tierSet}/tiers", include_in_schema=False)
@router.put("/tier/{tier}", include_in_schema=False)
async def refuse_change(store_request: AdminRequest) -> Response:
    """Answer 405: tiers are part of a program, and are reviewed, tested and deployed with it."""
    message = f"tiers live in the program's files: change program.yaml of {store_request.store} and deploy it"
    raise NotAllowed(message, allow="GET")


async def _tiers(request: Request, store_request: StoreRequest, tier_sets: Iterable[TierSetOfProgram]) -> Response:
    program = store_request.program
    page, filters = TIERS_QUERY.parse(request.query_params, program.zone)
    deployed_at = await store_request.deployed_at()
    views = [view for each in tier_sets for view in tier_views(program, each, deployed_at=deployed_at)]
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


def _required_set(store_request: StoreRequest, text: str) -> TierSetOfProgram:
    """Return the tier set of a path; raise NotFound."""
    found = set_named(store_request.program, text)
    if found is None:
        raise NotFound(f"no tier set {text[:80]} in {store_request.store}")
    return found


def _named_set(program: Program, text: str) -> TierSetOfProgram:
    """Return the tier set of a body; raise UnknownTierSet."""
    found = set_named(program, text)
    if found is None:
        raise UnknownTierSet(list(program.tier_sets))
    return found
