"""Planning a rollback: what an earlier revision would change if it were in force again."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response
from typing_extensions import TypedDict

from api.drafts.schemas import MAX_PLAN_DAYS, DraftProblem
from api.http.responses import ExactJson
from api.plans.planning import plan_texts
from api.plans.testing import DraftTestRun
from api.programs.routes import RevisionNumber
from api.programs.schemas import NewTitle, ProgramChange, UnnamedLoss
from api.state.dependencies import AdminRequest
from database import ReadTransaction
from database.programs import UnknownRevision, UnknownStore

Days = Annotated[int, Query(ge=0, le=MAX_PLAN_DAYS, description="How many days of events to replay; 0: none.")]


class RollbackPlan(TypedDict):
    """What rolling back to `revision` would do, from `problems` on as the plan of a draft."""

    revision: int
    inForce: int
    problems: list[DraftProblem]
    changes: list[ProgramChange]
    losses: list[UnnamedLoss]
    title: NewTitle | None
    risers: dict[str, int]
    tests: DraftTestRun
    backtest: dict[str, Any] | None
    notReplayed: str | None


router = APIRouter(prefix="/api/{storeCode}/program", tags=["Program"])


@router.get("/{revision}/plan", summary="Plan a rollback", response_model=RollbackPlan)
async def plan_rollback(number: RevisionNumber, store_request: AdminRequest, days: Days = 0) -> Response:
    """Return what rolling back to a revision would change: in words, in tests, and with `days`, in a backtest.

    Nothing is changed. If this version of Laurel finds something wrong in it, `problems` has that alone.
    """
    store = store_request.store

    def read(tx: ReadTransaction) -> tuple[dict[str, str], int, dict[str, str]]:
        texts, latest = tx.revisions.files(number), tx.revisions.latest()
        if latest is None:
            raise UnknownStore(store)
        if texts is None:
            raise UnknownRevision(store, number)
        return texts, latest.number, tx.revisions.files(latest.number) or {}

    texts, in_force, present = await store_request.database.read(read)
    planned = await plan_texts(store_request, texts, (in_force, present), days=days)
    return ExactJson({"revision": number, "inForce": in_force, **planned})
