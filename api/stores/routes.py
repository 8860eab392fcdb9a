"""Stores. A store is created by the first program that is deployed to it."""

from fastapi import APIRouter
from starlette.responses import Response

from api.http.responses import ExactJson, Total
from api.state.dependencies import CurrentAdmin, CurrentState
from api.stores.schemas import Store, Stores

router = APIRouter(prefix="/api/store", tags=["Store"])


@router.get("", summary="List stores", response_model=Stores)
async def list_stores(_caller: CurrentAdmin, state: CurrentState) -> Response:
    """All stores that have a program, in the order of their codes."""
    codes = await state.services.database.access_read(lambda access: access.stores())
    items: list[Store] = []
    for code in sorted(codes):
        revision, program = await state.services.programs.current(code)
        items.append({"code": code, "name": program.title, "active": True, "revision": revision})
    total: Total = {"all": len(items), "filtered": len(items), "estimated": False}
    return ExactJson({"items": items, "total": total})
