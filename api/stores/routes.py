"""Stores. A store is created by the first program that is deployed to it."""

import structlog
from fastapi import APIRouter
from starlette.responses import Response

from api.http.responses import ExactJson, Total
from api.state.dependencies import CurrentAdmin, CurrentState
from api.stores.schemas import Store, Stores
from database.errors import is_transient
from database.programs import Programs

log = structlog.get_logger(__name__)

router = APIRouter(prefix="/api/store", tags=["Store"])


@router.get("", summary="List stores", response_model=Stores)
async def list_stores(caller: CurrentAdmin, state: CurrentState) -> Response:
    """The stores that have a program and that the caller has access to, in the order of their codes.

    One whose program in force cannot be read by this version of Laurel is not `active`, and has its code as its name.
    """
    in_force = await state.services.database.access_read(lambda access: access.revisions_in_force())
    items: list[Store] = []
    for code, revision in sorted(in_force.items()):
        if not caller.rights.reach(code):
            continue
        title = await _title(state.services.programs, code, revision)
        items.append({"code": code, "name": title or code, "active": title is not None, "revision": revision})
    total: Total = {"all": len(items), "filtered": len(items), "estimated": False}
    return ExactJson({"items": items, "total": total})


async def _title(programs: Programs, store: str, revision: int) -> str | None:
    """The title of a program; None if it cannot be read, which is no fault of the other stores."""
    try:
        return (await programs.revision(store, revision)).title
    except Exception as error:
        if is_transient(error):
            raise
        log.exception("the program in force cannot be read", store=store, revision=revision)
        return None
