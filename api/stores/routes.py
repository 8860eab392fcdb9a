"""Stores: each is opened by the first program that names it."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response
from typing_extensions import TypedDict

from api.dependencies import AnAdmin, DeskOf
from api.responses import ExactJson, Total

router = APIRouter(prefix="/api/store", tags=["Store"])


class Store(TypedDict):
    """A store, the title of its program, and the revision in force."""

    code: str
    name: str
    active: bool
    revision: int


class Stores(TypedDict):
    """Every store."""

    items: list[Store]
    total: Total


@router.get("", summary="List stores", response_model=Stores)
async def list_stores(_caller: AnAdmin, desk: DeskOf) -> Response:
    """Every store that ever got a program, in the order of their codes."""
    codes = await desk.services.database.access_read(lambda access: access.stores())
    items: list[dict[str, Any]] = []
    for code in sorted(codes):
        revision, program = await desk.services.programs.current(code)
        items.append({"code": code, "name": program.title, "active": True, "revision": revision})
    total: Total = {"all": len(items), "filtered": len(items), "estimated": False}
    return ExactJson({"items": items, "total": total})
