"""The clock of a store: wake it."""

from fastapi import APIRouter
from starlette.responses import Response
from temporalio.service import RPCError

from api.http.errors import TemporalAway
from api.state.dependencies import AdminRequest

router = APIRouter(prefix="/api/{storeCode}/clock", tags=["Stuck"])


@router.post(
    "/retry",
    summary="Wake the clock",
    status_code=204,
    response_class=Response,
)
async def wake_clock(store_request: AdminRequest) -> Response:
    """Make the clock of the store check what is due; start it if it does not run.

    Answer 503 if Temporal does not answer. Workers that reach it restart a clock by themselves within a minute.
    """
    try:
        await store_request.state.services.clocks.wake(store_request.store)
    except (RPCError, RuntimeError, TimeoutError) as error:
        raise TemporalAway from error
    await store_request.write(lambda _: True)
    return Response(status_code=204)
