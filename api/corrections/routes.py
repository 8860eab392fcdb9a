"""Corrections by hand: preview, make, approve, reject, undo and list them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.corrections.reading import new_correction, refused_at
from api.corrections.schemas import (
    CorrectionPreview,
    Corrections,
    CorrectionView,
    PostCorrection,
    PostDecision,
    PostPreview,
)
from api.corrections.views import audit_details, correction_view, preview_view
from api.http.errors import NotFound
from api.http.paging import Filter, ListQuery, page_of_records
from api.http.places import BY_DATE
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.state.by_hand import corrector_of
from api.state.changes import AdminChange, Changed, Operation
from api.state.dependencies import AdminRequest, StoreRequest
from api.state.operations import operation_context
from database import ReadTransaction, Transaction
from database.pages import Condition
from loyalty.corrections.changes import kind_of
from loyalty.corrections.operations import Corrector, Preview, approve, correct, preview, reject, undo_correction
from loyalty.events.operations import OperationContext
from loyalty.refusals import Refusal
from loyalty.store.corrections import Correction

router = APIRouter(prefix="/api/{storeCode}/correction", tags=["Correction"])

CorrectionInPath: TypeAlias = Annotated[str, Path(alias="correction", description="A correctionId.")]
Deciding: TypeAlias = Callable[[OperationContext, str, Corrector, str], Correction]

LIST_QUERY = ListQuery(
    {
        "customerId": "exact_text",
        "kind": "exact_text",
        "unit": "exact_text",
        "reason": "exact_text",
        "status": "exact_text",
        "askedBy": "exact_text",
        "decidedBy": "exact_text",
        "customEventId": "exact_text",
        "createdAt": "instant",
    },
    key=BY_DATE,
)
_COLUMNS = {
    "customerId": "member",
    "askedBy": "asked_by",
    "decidedBy": "decided_by",
    "customEventId": "cause",
    "createdAt": "asked_at",
}
_IDS = frozenset({"customerId", "askedBy", "decidedBy", "customEventId"})

_POINTS = {"type": "add", "points": 120, "expiresInDays": 90}
_EXAMPLE = {
    "correction": {
        "customer": "email=anna@example.com",
        "reason": "missing",
        "comment": "The till was offline",
        "points": _POINTS,
    }
}
_COMMENT = {"correction": {"comment": "I have seen the receipt"}}


class _Tried(Exception):
    """Raised to roll back a correction that was tried."""

    def __init__(self, preview: Preview) -> None:
        self.preview = preview


@router.post(
    "",
    summary="Correct a member",
    response_model=CorrectionView,
    openapi_extra=request_body(PostCorrection, _EXAMPLE),
)
async def post_correction(request: Request, change: AdminChange) -> Response:
    """Correct points, tier, reward, progress or badge of a member, for a reason that the store lists.

    Within the bounds of your role it is carried out at once (`status` `done`); above them it waits (`waiting`) for a
    second administrator, whose own bounds suffice.
    """
    posted = await read_body(request, PostCorrection)

    def run(operation: OperationContext, tx: Transaction) -> Correction:
        new = new_correction(tx, change.store_request, posted.correction)
        try:
            return correct(operation, new, corrector_of(change.store_request))
        except Refusal as refusal:
            raise refused_at(kind_of(new.change), refusal) from None

    return await change.respond(posted, _corrects(change.store_request, run))


@router.post(
    "/preview",
    summary="Preview a correction",
    response_model=CorrectionPreview,
    openapi_extra=request_body(PostPreview, _EXAMPLE),
)
async def post_preview(request: Request, store_request: AdminRequest) -> Response:
    """Preview a correction: carry it out, read the result, and roll it back.

    The response has the balance, tier and progress before and after, when points would expire, and whether it would
    wait for approval. Decisions of reactors are not included.
    """
    posted = await read_body(request, PostPreview)

    def run(tx: Transaction) -> None:
        operation = operation_context(tx, store_request)
        new = new_correction(tx, store_request, posted.correction)
        try:
            raise _Tried(preview(operation, new, corrector_of(store_request)))
        except Refusal as refusal:
            raise refused_at(kind_of(new.change), refusal) from None

    try:
        await store_request.database.write(run)
    except _Tried as tried:
        return ExactJson(preview_view(tried.preview, store_request.program))
    raise AssertionError("a preview is always rolled back")


@router.post(
    "/{correction}/approve",
    summary="Approve a correction",
    response_model=CorrectionView,
    openapi_extra=request_body(PostDecision, _COMMENT),
)
async def post_approval(request: Request, correction_id: CorrectionInPath, change: AdminChange) -> Response:
    """Carry out a waiting correction on the present state; not by its requester, and within your own bounds."""
    return await _decide(request, correction_id, change, approve)


@router.post(
    "/{correction}/reject",
    summary="Reject a correction",
    response_model=CorrectionView,
    openapi_extra=request_body(PostDecision, {"correction": {"comment": "There was no such sale"}}),
)
async def post_rejection(request: Request, correction_id: CorrectionInPath, change: AdminChange) -> Response:
    """Reject a waiting correction; not by its requester."""
    return await _decide(request, correction_id, change, reject)


@router.post(
    "/{correction}/undo",
    summary="Undo a correction",
    response_model=CorrectionView,
    openapi_extra=request_body(PostDecision, {"correction": {"comment": "It was another member"}}),
)
async def post_undo(request: Request, correction_id: CorrectionInPath, change: AdminChange) -> Response:
    """Undo a correction, once: points by a reversing transfer, everything else by the reverse operation.

    `notUndoable` says why not, such as a tier that was changed since. It must be within your bounds for one correction.
    """
    return await _decide(request, correction_id, change, undo_correction)


@router.get("", summary="List corrections", response_model=Corrections, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_corrections(request: Request, store_request: AdminRequest) -> Response:
    """List the corrections of all members, the newest first; with `status=waiting`, those that wait for approval."""
    program = store_request.program
    page, filters = LIST_QUERY.parse(request.query_params, program.zone)
    wanted = replace(page, conditions=[_condition(each) for each in filters])

    def read(tx: ReadTransaction) -> dict[str, Any]:
        return page_of_records(tx.corrections.page(wanted), lambda each: correction_view(each, program))

    return ExactJson(await store_request.database.read(read))


@router.get("/{correction}", summary="Show a correction", response_model=CorrectionView)
async def show_correction(correction_id: CorrectionInPath, store_request: AdminRequest) -> Response:
    """Return one correction, with the administrators who requested, decided and undid it."""
    program = store_request.program
    found = await store_request.database.read(lambda tx: _require(tx, correction_id))
    return ExactJson(correction_view(found, program))


async def _decide(request: Request, correction_id: str, change: AdminChange, decide: Deciding) -> Response:
    posted = await read_body(request, PostDecision)

    def run(operation: OperationContext, tx: Transaction) -> Correction:
        found = _require(tx, correction_id)
        return decide(operation, found.id, corrector_of(change.store_request), posted.correction.comment)

    return await change.respond(posted, _corrects(change.store_request, run))


def _corrects(
    store_request: StoreRequest, run: Callable[[OperationContext, Transaction], Correction]
) -> Callable[[], Any]:
    """Return what `Change.run` runs for a correction; the audit log records the change and the reason."""

    async def prepare() -> Operation:
        def operation(tx: Transaction) -> Changed:
            context = operation_context(tx, store_request)
            done = run(context, tx)
            answer = correction_view(done, store_request.program)
            return Changed(answer, tuple(context.to_start), details=audit_details(done))

        return operation

    return prepare


def _require(tx: ReadTransaction, correction_id: str) -> Correction:
    """Return the correction of a path; raise NotFound."""
    found = tx.corrections.get(correction_id.lower())
    if found is None:
        raise NotFound(f"no correction {correction_id[:80]} in {tx.store}")
    return found


def _condition(one: Filter) -> Condition:
    condition = one.on(_COLUMNS.get(one.field, one.field))
    return replace(condition, value=str(one.value).lower()) if one.field in _IDS else condition
