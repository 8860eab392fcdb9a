"""Planning a rollback: what an earlier revision would change if it were in force again."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.drafts.schemas import MAX_PLAN_DAYS
from api.http.responses import ExactJson
from api.plans.planning import Plan, plan_texts
from api.programs.routes import RevisionNumber
from api.state.dependencies import AdminRequest, StoreRequest
from database import ReadTransaction
from database.programs import UnknownRevision, UnknownStore
from workbench.drafts.merging import Texts

Days = Annotated[int, Query(ge=0, le=MAX_PLAN_DAYS, description="How many days of events to replay; 0: none.")]


class RollbackPlan(Plan):
    """What rolling back to `revision` would do, with the fields of a draft's plan."""

    revision: int


router = APIRouter(prefix="/api/{storeCode}/program", tags=["Program"])


@router.get("/{revision}/plan", summary="Plan a rollback", response_model=RollbackPlan)
async def plan_rollback(number: RevisionNumber, store_request: AdminRequest, days: Days = 0) -> Response:
    """Return what rolling back to a revision would change: in words, in tests, and with `days`, in a backtest.

    Nothing is changed. If this version of Laurel finds something wrong in it, `problems` has that alone.
    """
    texts, in_force = await files_of_rollback(store_request, number)
    planned = await plan_texts(store_request, texts, in_force, days=days)
    return ExactJson({"revision": number, **planned})


async def files_of_rollback(store_request: StoreRequest, number: int) -> tuple[Texts, tuple[int, Texts]]:
    """Return the files of a revision, and the number and the files of the one in force.

    Raise UnknownStore or UnknownRevision.
    """
    store = store_request.store

    def read(tx: ReadTransaction) -> tuple[Texts, tuple[int, Texts]]:
        texts, latest = tx.revisions.files(number), tx.revisions.latest()
        if latest is None:
            raise UnknownStore(store)
        if texts is None:
            raise UnknownRevision(store, number)
        return texts, (latest.number, tx.revisions.files(latest.number) or {})

    return await store_request.database.read(read)
