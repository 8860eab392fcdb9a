"""Rewards: the catalogue, what a member may buy, categories, and eligible members."""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import NotAllowed, NotFound
from api.http.paging import Filter, matches, page_of_list, page_of_records, view_or_reason
from api.http.responses import ExactJson
from api.members.paths import MemberInPath
from api.members.schemas import Customers
from api.members.views import customer_view
from api.rewards.filters import CATEGORY_QUERY, LIST_QUERY, MEMBER_QUERY, filtered_rewards
from api.rewards.lookup import RewardInPath, logged_in_member, reward_in_path
from api.rewards.schemas import MemberRewards, Reward, RewardCategories, RewardCategory, Rewards
from api.rewards.views import category_views, member_reward_view, reward_view
from api.state.dependencies import AdminRequest, CallerRequest, StoreRequest
from api.state.member_lookup import member_in_path
from database import ReadTransaction
from database.pages import PageRequest
from loyalty.events.member_facts import read_facts
from loyalty.program import rewards
from loyalty.rewards.eligibility import require_eligible
from loyalty.rewards.refusals import NotEligible

router = APIRouter(prefix="/api/{storeCode}", tags=["Reward"])

MAX_PER_PAGE = 50


@router.get("/reward", summary="List rewards", response_model=Rewards, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_rewards(request: Request, store_request: AdminRequest) -> Response:
    """List the rewards of the program in force, in the order of its files, with their supply."""
    program, now = store_request.program, store_request.now
    page, filters = LIST_QUERY.parse(request.query_params, program.zone)
    deployed_at = await store_request.deployed_at()

    def read(tx: ReadTransaction) -> dict[str, Any]:
        found = _found(tx, store_request, filters, deployed_at)
        return _page(found, page, lambda each: reward_view(tx, program, each, now=now, deployed_at=deployed_at))

    return ExactJson(await store_request.database.read(read))


@router.get("/reward/{reward}", summary="Show a reward", response_model=Reward)
async def show_reward(name: RewardInPath, store_request: AdminRequest) -> Response:
    """Return one reward of the program, with its supply."""
    program = store_request.program
    reward, deployed_at = reward_in_path(program, name), await store_request.deployed_at()
    return ExactJson(
        await store_request.database.read(
            lambda tx: reward_view(tx, program, reward, now=store_request.now, deployed_at=deployed_at)
        )
    )


@router.get(
    "/member/reward",
    summary="List the rewards available to the caller",
    response_model=MemberRewards,
    openapi_extra=MEMBER_QUERY.openapi_parameters(),
    tags=["Member"],
)
async def list_own(request: Request, store_request: CallerRequest) -> Response:
    """List the rewards that the logged-in member sees, each with the reason if they may not buy it now."""
    return await _list_of_member(request, store_request, logged_in_member(store_request))


@router.get(
    "/member/{member}/reward",
    summary="List the rewards available to a member",
    response_model=MemberRewards,
    openapi_extra=MEMBER_QUERY.openapi_parameters(),
)
async def list_of_member(request: Request, member: MemberInPath, store_request: CallerRequest) -> Response:
    """List the rewards that are shown to a member, each with the reason if they may not buy it now."""
    return await _list_of_member(request, store_request, member)


@router.get("/reward/{reward}/members", summary="List the members who may buy a reward", response_model=Customers)
async def list_members(
    name: RewardInPath,
    store_request: AdminRequest,
    number: Annotated[int, Query(alias="page", ge=1, le=10**9)] = 1,
    per_page: Annotated[int, Query(alias="perPage", ge=1, le=MAX_PER_PAGE)] = 10,
    direction: Annotated[str, Query(pattern="^(asc|desc)$")] = "desc",
) -> Response:
    """List members for whom the `for` of a reward holds, the newest first; `total` counts all members.

    A page examines `perPage` members and shows the eligible ones, so a page may have fewer, and pages continue while
    there are members.
    """
    program, now = store_request.program, store_request.now
    reward = reward_in_path(program, name)
    page = PageRequest(per_page, (number - 1) * per_page, direction == "desc", ())

    def read(tx: ReadTransaction) -> dict[str, Any]:
        found = tx.members.page(page, wallet=program.default_wallet.code)
        shown = page_of_records(found, lambda each: each)
        eligible = [each for each in found.records if _is_eligible(tx, store_request, reward, each.id, now)]
        total = shown["total"] | {"estimated": reward.eligible is not None or shown["total"]["estimated"]}
        return {"items": [customer_view(tx, each, program) for each in eligible], "total": total}

    return ExactJson(await store_request.database.read(read))


@router.get(
    "/rewardCategory",
    summary="List reward categories",
    response_model=RewardCategories,
    openapi_extra=CATEGORY_QUERY.openapi_parameters(),
    tags=["Reward category"],
)
async def list_categories(request: Request, store_request: AdminRequest) -> Response:
    """List the categories that rewards of the program name."""
    page, filters = CATEGORY_QUERY.parse(request.query_params, store_request.program.zone)
    views = category_views(store_request.program)
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


@router.get(
    "/rewardCategory/{rewardCategory}",
    summary="Show a reward category",
    response_model=RewardCategory,
    tags=["Reward category"],
)
async def show_category(
    name: Annotated[str, Path(alias="rewardCategory", description="A rewardCategoryId, or its name in files.")],
    store_request: AdminRequest,
) -> Response:
    """Return one category."""
    for view in category_views(store_request.program):
        if name == view["name"] or name.lower() == view["rewardCategoryId"]:
            return ExactJson(view)
    raise NotFound(f"no reward category {name[:80]} in {store_request.store}")


@router.post("/reward", include_in_schema=False)
@router.put("/reward/{reward}", include_in_schema=False)
@router.post("/rewardCategory", include_in_schema=False)
@router.put("/rewardCategory/{rewardCategory}", include_in_schema=False)
@router.post("/rewardCategory/{rewardCategory}/active", include_in_schema=False)
async def refuse_change(store_request: AdminRequest) -> Response:
    """Answer 405: rewards are part of a program, and are reviewed, tested and deployed with it."""
    message = f"rewards live in the program's files: change rewards/ of {store_request.store} and deploy it"
    raise NotAllowed(message, allow="GET")


async def _list_of_member(request: Request, store_request: StoreRequest, member: str) -> Response:
    program, now = store_request.program, store_request.now
    page, filters = MEMBER_QUERY.parse(request.query_params, program.zone)
    deployed_at = await store_request.deployed_at()
    wanted = [each.value for each in filters if each.field == "available"]

    def read(tx: ReadTransaction) -> dict[str, Any]:
        facts = read_facts(tx, store_request.program, member_in_path(tx, store_request, member).id)
        shown = [each for each in _found(tx, store_request, filters, deployed_at) if each.shown.holds(now)]

        def view(reward: rewards.Reward) -> dict[str, Any]:
            return member_reward_view(tx, program, reward, facts, now=now, deployed_at=deployed_at)

        if wanted:
            views = [each for each in map(view, shown) if all(each["available"] == value for value in wanted)]
            return page_of_list(views, page)
        return _page(shown, page, view)

    return ExactJson(await store_request.database.read(read))


def _found(
    tx: ReadTransaction, store_request: StoreRequest, filters: Sequence[Filter], deployed_at: datetime
) -> list[rewards.Reward]:
    supplies = {each.reward: each for each in tx.rewards.supplies()}
    return filtered_rewards(store_request.program, supplies, filters, now=store_request.now, deployed_at=deployed_at)


def _page(
    found: list[rewards.Reward], page: PageRequest, view: Callable[[rewards.Reward], dict[str, Any]]
) -> dict[str, Any]:
    """Return a page of rewards; only those on it are read."""
    listed = page_of_list(found, page)
    return {**listed, "items": [view_or_reason(each, view, attrgetter("name")) for each in listed["items"]]}


def _is_eligible(
    tx: ReadTransaction, store_request: StoreRequest, reward: rewards.Reward, member_id: str, now: datetime
) -> bool:
    if reward.eligible is None:
        return True
    try:
        require_eligible(store_request.program, reward, read_facts(tx, store_request.program, member_id), now=now)
    except NotEligible:
        return False
    return True
