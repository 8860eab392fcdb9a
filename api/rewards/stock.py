"""The supply of rewards: stock, uploaded codes and pauses."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from api.http.errors import NotFound
from api.http.paging import Filter, page_of_records
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.rewards.filters import CODE_QUERY
from api.rewards.lookup import RewardInPath, reward_in_path
from api.rewards.schemas import CouponDetails, Coupons, PostCoupons, PutStock
from api.rewards.views import code_view, coupon_details_view
from api.state.changes import AdminChange
from api.state.dependencies import AdminRequest
from api.state.operations import operates
from database import ReadTransaction, Transaction
from database.pages import Condition
from database.reward_pages import find_codes
from loyalty.events.operations import OperationContext
from loyalty.rewards.stocking import delete_code, pause_reward, resume_reward, set_stock, upload_codes


class _CodeRoute(APIRoute):
    """A route whose last part, if it is a coupon code, may have slashes: a server decodes `%2F` before it routes."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if path.endswith("/{couponCode}"):
            self.path_regex, _, self.param_convertors = compile_path(path.removesuffix("}") + ":path}")


router = APIRouter(prefix="/api/{storeCode}", tags=["Reward"], route_class=_CodeRoute)

CodeInPath: TypeAlias = Annotated[str, Path(alias="couponCode", max_length=255, description="A coupon code.")]


@router.post("/reward/{reward}/activate", summary="Resume a reward", status_code=204, response_class=Response)
async def activate(name: RewardInPath, change: AdminChange) -> Response:
    """Resume the issuing of a paused reward; one that is not paused stays so."""
    reward = reward_in_path(change.store_request.program, name)
    return await change.respond(None, operates(change, lambda operation, _: resume_reward(operation, reward.name)))


@router.post("/reward/{reward}/deactivate", summary="Pause a reward", status_code=204, response_class=Response)
async def deactivate(name: RewardInPath, change: AdminChange) -> Response:
    """Pause the issuing of a reward until it is resumed: members cannot buy it, and reactors do not issue it."""
    reward = reward_in_path(change.store_request.program, name)
    return await change.respond(None, operates(change, lambda operation, _: pause_reward(operation, reward.name)))


@router.put(
    "/reward/{reward}/stock",
    summary="Set the stock of a reward",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PutStock, {"stock": 50}),
)
async def put_stock(request: Request, name: RewardInPath, change: AdminChange) -> Response:
    """Set how many of a reward are left; null: unlimited."""
    posted = await read_body(request, PutStock)
    reward = reward_in_path(change.store_request.program, name)
    return await change.respond(
        posted, operates(change, lambda operation, _: set_stock(operation, reward.name, posted.stock))
    )


@router.get(
    "/reward/{reward}/coupon",
    summary="List the codes of a reward",
    response_model=Coupons,
    openapi_extra=CODE_QUERY.openapi_parameters(),
)
async def list_coupons(request: Request, name: RewardInPath, store_request: AdminRequest) -> Response:
    """List the codes that were uploaded for a reward, the latest first.

    Generated codes are in the list of redemptions.
    """
    program = store_request.program
    reward = reward_in_path(program, name)
    page, filters = CODE_QUERY.parse(request.query_params, program.zone)
    asked = replace(page, conditions=[_condition(each) for each in filters])

    def read(tx: ReadTransaction) -> dict[str, Any]:
        return page_of_records(find_codes(tx, reward.name, asked), lambda each: code_view(each, program.zone))

    return ExactJson(await store_request.database.read(read))


@router.post(
    "/reward/{reward}/coupon",
    summary="Upload codes",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostCoupons, {"coupons": ["SPRING-7QX2", "SPRING-9KM4"]}),
)
async def post_coupons(request: Request, name: RewardInPath, change: AdminChange) -> Response:
    """Add codes to the list of a reward whose coupon has `codes: uploaded`: all of them, or none."""
    posted = await read_body(request, PostCoupons)
    reward = reward_in_path(change.store_request.program, name)
    return await change.respond(
        posted, operates(change, lambda operation, _: upload_codes(operation, reward.name, posted.coupons))
    )


@router.delete(
    "/reward/{reward}/coupon/{couponCode}", summary="Delete a code", status_code=204, response_class=Response
)
async def delete_coupon(name: RewardInPath, code: CodeInPath, change: AdminChange) -> Response:
    """Delete an unissued uploaded code."""
    reward = reward_in_path(change.store_request.program, name)

    def run(operation: OperationContext, tx: Transaction) -> None:
        found = tx.rewards.code(code)
        if found is None or found.reward != reward.name:
            raise NotFound(f"the list of {reward.name} has no such code")
        delete_code(operation, reward.name, code)

    return await change.respond(None, operates(change, run))


@router.get("/coupon/{couponCode}", summary="Look up a coupon code", response_model=CouponDetails)
async def show_coupon(code: CodeInPath, store_request: AdminRequest) -> Response:
    """Return the reward of a code, and the members who have it: a generated, an uploaded or a shared one."""
    program = store_request.program

    def read(tx: ReadTransaction) -> dict[str, Any]:
        holders, uploaded, shared = tx.rewards.with_code(code), tx.rewards.code(code), tx.rewards.shared(code)
        named = next((each.reward for each in (*holders, uploaded, shared) if each is not None), None)
        for reward in program.rewards.values():
            if named is None and reward.coupon is not None and reward.coupon.shared is not None:
                named = reward.name if reward.coupon.shared.code == code else None
        if named is None:
            raise NotFound(f"no coupon {code[:80]} in {store_request.store}")
        return coupon_details_view(tx, program, code, named, holders)

    return ExactJson(await store_request.database.read(read))


def _condition(one: Filter) -> Condition:
    if one.field == "issued":
        return Condition("issued", "is_given", one.value)
    return one.on(one.field)
