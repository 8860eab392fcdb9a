"""Programs: deployed from files, listed by revision."""

import asyncio
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from api.answers import ExactJson, Instant, Total, shown
from api.bodies import Body, read_body, takes
from api.calls import AdminCall, AnAdmin, DeskOf, StoreCode
from api.paging import Listing, page_of
from api.problems import BadInput
from loyalty.files import read_program, revision_hash

MOST_BYTES = 8 * 1024 * 1024
MOST_FILES = 5000

router = APIRouter(prefix="/api/{storeCode}/program", tags=["Program"])
LISTING = Listing({})


class PostProgram(Body):
    """A whole program: the text of each file by its path in the folder."""

    files: dict[str, str] = Field(min_length=1, max_length=MOST_FILES)


class Deployed(TypedDict):
    """A revision in force; `isNew` is false where the same files were in force already."""

    revision: int
    hash: str
    isNew: bool


class Revision(TypedDict):
    """A revision ever deployed."""

    revision: int
    hash: str
    deployedAt: Instant
    deployedBy: str
    inForce: bool


class Revisions(TypedDict):
    """A page of revisions."""

    items: list[Revision]
    total: Total


_EXAMPLE = {
    "files": {
        "program.yaml": "store: DEFAULT\ntitle: Coffee shop\ntimezone: Europe/Warsaw\n"
        "unknown_members: register\n"
        "wallets:\n  points: {default: true, decimals: 0, expires: {after: 90d}}\n",
        "events/app_login.yaml": "event: app_login\ntitle: The app was opened\nbody: {type: object}\n",
        "reactors/welcome.yaml": "reactor: welcome\non: app_login\nthen:\n  - award_points: {points: 5}\n",
    }
}


@router.post("", summary="Deploy a program", response_model=Deployed, openapi_extra=takes(PostProgram, _EXAMPLE))
async def deploy(request: Request, store: StoreCode, caller: AnAdmin, desk: DeskOf) -> Response:
    """Put a program in force, if nothing in it is wrong; every fault is named with its place."""
    posted = await read_body(request, PostProgram, most=MOST_BYTES)
    files = {name: text.encode() for name, text in posted.files.items()}
    program = await asyncio.to_thread(read_program, files)
    if program.store != store:
        message = f"program.yaml says store: {program.store[:80]}, but it was sent to {store[:80]}"
        raise BadInput.at("files.program.yaml", message, "otherStore")
    admin = await desk.services.database.access_read(lambda access: access.admin_of_id(caller.id))
    by = admin["username"] if admin else caller.id
    _, revision, is_new = await desk.services.programs.deploy(files, by=by)
    answer: Deployed = {"revision": revision, "hash": revision_hash(files), "isNew": is_new}
    return ExactJson(answer)


@router.get("", summary="List revisions", response_model=Revisions, openapi_extra=LISTING.parameters())
async def list_revisions(request: Request, call: AdminCall) -> Response:
    """Every revision ever deployed to a store, the latest first."""
    page, _ = LISTING.read(request.query_params, call.program.zone)
    rows = await call.database.read(lambda tx: tx.revisions.all())
    items: list[dict[str, Any]] = [
        {
            "revision": row["number"],
            "hash": row["hash"],
            "deployedAt": shown(row["deployed_at"], call.program.zone),
            "deployedBy": row["deployed_by"],
            "inForce": row is rows[0],
        }
        for row in rows
    ]
    return ExactJson(page_of(items if page.newest_first else items[::-1], page))
