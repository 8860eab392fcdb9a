"""Merge members: request, preview, list and show merges."""

from dataclasses import replace
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import NotFound
from api.http.paging import Filter, ListQuery, page_of_records
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.members.paths import MemberInPath
from api.merges.schemas import MergeDetails, MergeId, MergeReport, Merges, PostMerge
from api.merges.views import merge_view
from api.state.changes import AdminChange
from api.state.dependencies import AdminRequest
from api.state.member_lookup import member_in_path, require_member
from api.state.operations import operates
from database import ReadTransaction, Transaction
from database.pages import Condition
from loyalty.events.operations import OperationContext
from loyalty.merging.checks import require_mergeable
from loyalty.merging.operations import request_merge
from loyalty.merging.plan import plan_merge
from loyalty.merging.report import report

router = APIRouter(prefix="/api/{storeCode}", tags=["Member"])

MergeInPath: TypeAlias = Annotated[str, Path(alias="merge", max_length=255, description="The id of a merge.")]

LIST_QUERY = ListQuery(
    {
        "customerId": "exact_text",
        "mergedCustomerId": "exact_text",
        "status": "exact_text",
        "requestedAt": "instant",
        "finishedAt": "instant",
    },
    order_by="requestedAt",
)

_COLUMNS = {
    "customerId": "survivor",
    "mergedCustomerId": "merged",
    "status": "status",
    "requestedAt": "requested_at",
    "finishedAt": "finished_at",
}
_FIELD = "mergedCustomer"
_EXAMPLE = {_FIELD: "email=anna.nowak@example.org"}


@router.post(
    "/member/{member}/merge/preview",
    summary="Preview a merge of members",
    response_model=MergeReport,
    openapi_extra=request_body(PostMerge, _EXAMPLE),
)
async def preview_merge(request: Request, member: MemberInPath, store_request: AdminRequest) -> Response:
    """Return what a merge would move now, and what it would leave behind. Nothing is changed.

    A merge that is not possible is refused. Events in flight may still change the result.
    """
    posted = await read_body(request, PostMerge)

    def read(tx: ReadTransaction) -> Any:
        survivor, merged = _both(tx, store_request, member, posted)
        require_mergeable(tx, tx.merges, survivor, merged)
        program = store_request.program
        return report(plan_merge(tx.merges, program, survivor, merged, now=store_request.now), program)

    return ExactJson(await store_request.database.read(read))


@router.post(
    "/member/{member}/merge",
    summary="Merge a member into another",
    response_model=MergeId,
    openapi_extra=request_body(PostMerge, _EXAMPLE),
)
async def post_merge(request: Request, member: MemberInPath, change: AdminChange) -> Response:
    """Merge the member of the body into the one of the path, permanently: points with dates, progress, tier, more.

    It begins when everything accepted before is applied, for both; events reported later for either wait for it, and go
    to the survivor. The old id then leads to the survivor. It cannot be undone: try the preview first.
    """
    posted = await read_body(request, PostMerge)

    def run(operation: OperationContext, tx: Transaction) -> dict[str, Any]:
        survivor, merged = _both(tx, change.store_request, member, posted)
        return {"mergeId": request_merge(operation, tx.merges, survivor, merged, posted.comment or None)}

    return await change.respond(posted, operates(change, run))


@router.get("/merge", summary="List merges", response_model=Merges, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_merges(request: Request, store_request: AdminRequest) -> Response:
    """List the merges of members, the latest request first."""
    program = store_request.program
    page, filters = LIST_QUERY.parse(request.query_params, program.zone)
    wanted = replace(page, conditions=[_condition(each) for each in filters])

    def read(tx: ReadTransaction) -> dict[str, Any]:
        return page_of_records(tx.merges.page(wanted), lambda each: merge_view(each, program))

    return ExactJson(await store_request.database.read(read))


@router.get("/merge/{merge}", summary="Show a merge", response_model=MergeDetails)
async def show_merge(merge: MergeInPath, store_request: AdminRequest) -> Response:
    """Return the status of a merge, and what it moved."""
    found = await store_request.database.read(lambda tx: tx.merges.get(merge.lower()))
    if found is None:
        raise NotFound(f"no merge {merge[:80]} in {store_request.store}")
    return ExactJson(merge_view(found, store_request.program))


def _both(tx: ReadTransaction, store_request: AdminRequest, member: str, posted: PostMerge) -> tuple[str, str]:
    """Return the ids of both members; raise NotFound or BadInput."""
    survivor = member_in_path(tx, store_request, member).id
    region = store_request.program.region
    return survivor, require_member(tx, posted.merged_customer, path=_FIELD, region=region)


def _condition(one: Filter) -> Condition:
    condition = one.on(_COLUMNS[one.field])
    is_id = one.field in ("customerId", "mergedCustomerId")
    return Condition(condition.column, "eq", str(one.value).lower()) if is_id else condition
