"""Campaigns: reactors as the reference shows them, what a member can still get, and simulating them."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.campaigns.lookup import CampaignInPath, reactor_in_path
from api.campaigns.schemas import (
    Campaign,
    Campaigns,
    MemberCampaigns,
    PostCampaignSimulation,
    SimulatedCampaigns,
    VisibleCampaigns,
)
from api.campaigns.simulation import simulated_campaigns, simulation_of
from api.campaigns.views import campaign_view, first_day, limit_reached, visible_view
from api.http.errors import NotAllowed
from api.http.paging import Filter, ListQuery, matches, page_of_list
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.simulations.running import run_simulation
from api.state.dependencies import AdminRequest, CallerRequest, StoreRequest
from api.state.member_lookup import member_in_path
from database import ReadTransaction
from database.campaign_usage import usage_of
from loyalty.calendar import local_day
from loyalty.events.limits import without_shared_limits
from loyalty.program.reactors import Reactor

router = APIRouter(prefix="/api/{storeCode}", tags=["Campaign"])

LIST_QUERY = ListQuery(
    {
        "type": "exact_text",
        "trigger": "exact_text",
        "event": "text",
        "campaignId": "id",
        "name": "text",
        "active": "boolean",
    }
)
MEMBER_QUERY = ListQuery({**LIST_QUERY.filters, "limitReached": "boolean", "showAll": "boolean"})
VISIBLE_QUERY = ListQuery({"campaignId": "id", "name": "text", "trigger": "exact_text", "active": "boolean"})

MemberInPath: TypeAlias = Annotated[
    str,
    Path(alias="member", description="A customerId, or `email=...`, `phone=...` or `loyaltyCardNumber=...`."),
]

_EXAMPLE = {
    "simulate": {
        "trigger": "custom_event",
        "customer": {"activePoints": 40},
        "custom_event": {"type": "app_login", "eventDate": "2024-05-07T09:00:00", "body": {}},
    }
}


@router.get(
    "/campaign", summary="List campaigns", response_model=Campaigns, openapi_extra=LIST_QUERY.openapi_parameters()
)
async def list_campaigns(request: Request, store_request: AdminRequest) -> Response:
    """List the reactors of the program in force, with the use of the limits of the whole program."""
    page, filters = LIST_QUERY.parse(request.query_params, store_request.program.zone)
    views = await _views(store_request, store_request.program.reactors)
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


@router.get("/campaign/{campaign}", summary="Show a campaign", response_model=Campaign)
async def show_campaign(name: CampaignInPath, store_request: AdminRequest) -> Response:
    """Return one reactor of the program in force: its condition, effects, limits and their use."""
    reactor = reactor_in_path(store_request.program, name)
    (view,) = await _views(store_request, [reactor])
    return ExactJson(view)


@router.post(
    "/campaign/simulate",
    summary="Simulate campaigns",
    response_model=SimulatedCampaigns,
    openapi_extra=request_body(PostCampaignSimulation, _EXAMPLE),
)
async def simulate(request: Request, store_request: AdminRequest) -> Response:
    """Simulate the campaigns for an event of a member, or of an ad-hoc one. Nothing is written."""
    posted = await read_body(request, PostCampaignSimulation)
    simulation = simulation_of(posted.simulate, store_request.program)
    done = await run_simulation(store_request, simulation)
    return ExactJson(simulated_campaigns(done, store_request.program))


@router.get(
    "/member/{member}/campaign",
    summary="List the campaigns available to a member",
    response_model=MemberCampaigns,
    openapi_extra=MEMBER_QUERY.openapi_parameters(),
)
async def list_member_campaigns(request: Request, member: MemberInPath, store_request: CallerRequest) -> Response:
    """List the active campaigns whose limits leave something to the member.

    `showAll=true`: also those that are inactive, or have nothing left.
    """
    program, now = store_request.program, store_request.now
    page, filters = MEMBER_QUERY.parse(request.query_params, program.zone)
    today = local_day(now, program.zone)
    at = await store_request.deployed_at()

    def read(tx: ReadTransaction) -> list[dict[str, Any]]:
        found = member_in_path(tx, store_request, member)
        names = [each.name for each in program.reactors]
        usage = usage_of(tx, names, found.id, since=first_day(program, now), until=today)
        limited = [without_shared_limits(each) if found.is_test else each for each in program.reactors]
        return [
            campaign_view(each, program, usage, now=now, deployed_at=at, for_member=True)
            | {"limitReached": limit_reached(of_member, usage, today)}
            for each, of_member in zip(program.reactors, limited, strict=True)
        ]

    views = await store_request.database.read(read)
    if not _shows_all(filters):
        views = [each for each in views if each["active"] and not each["limitReached"]]
    wanted = [each for each in filters if each.field != "showAll"]
    return ExactJson(page_of_list([each for each in views if matches(each, wanted)], page))


@router.get(
    "/member/{member}/campaign/visible",
    summary="List the campaigns visible to the caller",
    response_model=VisibleCampaigns,
    openapi_extra=VISIBLE_QUERY.openapi_parameters(),
)
async def list_visible_campaigns(request: Request, member: MemberInPath, store_request: CallerRequest) -> Response:
    """List the campaigns of the program in force, in short. Laurel hides none from members."""
    program, now = store_request.program, store_request.now
    page, filters = VISIBLE_QUERY.parse(request.query_params, program.zone)
    await store_request.database.read(lambda tx: member_in_path(tx, store_request, member))
    at = await store_request.deployed_at()
    views = [visible_view(each, program, now=now, deployed_at=at) for each in program.reactors]
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


@router.post("/campaign", include_in_schema=False)
@router.put("/campaign/{campaign}", include_in_schema=False)
@router.patch("/campaign/{campaign}", include_in_schema=False)
@router.delete("/campaign/{campaign}", include_in_schema=False)
async def refuse_change(store_request: AdminRequest) -> Response:
    """Answer 405: campaigns are reactors of a program, and are reviewed, tested and deployed with it."""
    message = f"campaigns are reactors in the program's files: change those of {store_request.store} and deploy"
    raise NotAllowed(message, allow="GET")


async def _views(store_request: StoreRequest, reactors: Sequence[Reactor]) -> list[dict[str, Any]]:
    program, now = store_request.program, store_request.now
    since, until = first_day(program, now), local_day(now, program.zone)
    names = [each.name for each in reactors]
    usage = await store_request.database.read(lambda tx: usage_of(tx, names, None, since=since, until=until))
    at = await store_request.deployed_at()
    return [campaign_view(each, program, usage, now=now, deployed_at=at, for_member=False) for each in reactors]


def _shows_all(filters: Sequence[Filter]) -> bool:
    return any(each.field == "showAll" and each.value is True for each in filters)
