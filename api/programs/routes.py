"""Programs: deployed from files, listed by revision, compared, rolled back."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from api.authentication.tokens import AdminCaller
from api.dependencies import LONGEST_CODE, AdminCall, AnAdmin, Desk, DeskOf, StoreCall, StoreCode
from api.errors import BadInput
from api.paging import Listing, page_of
from api.requests import Body, read_body, takes
from api.responses import ExactJson, Instant, Total, shown
from database.programs import UnknownRevision
from loyalty.program.program import Program
from loyalty.store.rows import Row
from program_files import read_program, read_revision, revision_hash
from workbench.differences import Kind, What, as_json, differences

MOST_BYTES = 8 * 1024 * 1024
MOST_FILES = 5000
LATEST = 2**31 - 1
"""The highest number that a revision can have."""

router = APIRouter(prefix="/api/{storeCode}/program", tags=["Program"])
LISTING = Listing({})

Number = Annotated[int, Path(alias="revision", ge=1, le=LATEST, description="Its number.")]
Since = Annotated[int | None, Query(ge=0, le=LATEST, description="Another revision. [default: the one before]")]
BasedOn = Annotated[int | None, Field(default=None, ge=0, le=LATEST)]


class PostProgram(Body):
    """A whole program: the text of each file by its path in the folder.

    `basedOn` is the revision that it changes (0: there was none); where another is in force by now, it is refused.
    """

    files: dict[str, str] = Field(min_length=1, max_length=MOST_FILES)
    based_on: BasedOn
    note: str = Field(default="", max_length=255)


class PostRollback(Body):
    """Which revision to go back to; without one, the one before the one in force."""

    revision: int | None = Field(default=None, ge=1, le=LATEST)
    based_on: BasedOn


class Deployed(TypedDict):
    """A revision in force; `isNew` is false where the same files were in force already."""

    revision: int
    hash: str
    isNew: bool


class RolledBack(TypedDict):
    """A revision in force that says what `rolledBackTo` said; `isNew` is false where it was in force already."""

    revision: int
    rolledBackTo: int
    isNew: bool


class InForce(TypedDict):
    """The revision in force, and who deployed it; 0: there is none, and nobody did."""

    revision: int
    deployedBy: str | None
    deployedAt: Instant | None


class Conflict(TypedDict):
    """Somebody was faster."""

    code: int
    message: str
    inForce: InForce


class Revision(TypedDict):
    """A revision ever deployed."""

    revision: int
    hash: str
    deployedAt: Instant
    deployedBy: str
    inForce: bool
    note: str


class WholeRevision(Revision):
    """A revision and the text of its files."""

    files: dict[str, str]


class Revisions(TypedDict):
    """A page of revisions."""

    items: list[Revision]
    total: Total


class PartOfChange(TypedDict):
    """One thing said otherwise; places are `file:line:column`."""

    about: str
    what: What
    was: str | None
    now: str | None
    wasAt: str | None
    nowAt: str | None


class ProgramChange(TypedDict):
    """A thing of a program that was added, changed or removed."""

    kind: Kind
    name: str
    what: What
    parts: list[PartOfChange]


class Difference(TypedDict):
    """What a revision says otherwise than another."""

    revision: int
    since: int
    changes: list[ProgramChange]


_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": Conflict, "description": "Another revision is in force than the one it is based on."}
}
_EXAMPLE = {
    "files": {
        "program.yaml": "store: DEFAULT\ntitle: Coffee shop\ntimezone: Europe/Warsaw\n"
        "unknown_members: register\n"
        "wallets:\n  points: {default: true, decimals: 0, expires: {after: 90d}}\n",
        "events/app_login.yaml": "event: app_login\ntitle: The app was opened\nbody: {type: object}\n",
        "reactors/welcome.yaml": "reactor: welcome\non: app_login\nthen:\n  - award_points: {points: 5}\n",
    }
}


@router.post(
    "",
    summary="Deploy a program",
    response_model=Deployed,
    responses=_CONFLICT,
    openapi_extra=takes(PostProgram, _EXAMPLE),
)
async def deploy(request: Request, store: StoreCode, caller: AnAdmin, desk: DeskOf) -> Response:
    """Put a program in force, if nothing in it is wrong; every fault is named with its place."""
    posted = await read_body(request, PostProgram, most=MOST_BYTES)
    files = {name: text.encode() for name, text in posted.files.items()}
    program = await asyncio.to_thread(read_program, files)
    if program.store != store:
        message = f"program.yaml says store: {program.store[:80]}, but it was sent to {store[:80]}"
        raise BadInput.at("files.program.yaml", message, "otherStore")
    by = await _name(desk, caller)
    _, revision, is_new = await desk.services.programs.deploy(files, by=by, based_on=posted.based_on, note=posted.note)
    answer: Deployed = {"revision": revision, "hash": revision_hash(files), "isNew": is_new}
    return ExactJson(answer)


@router.post(
    "/rollback",
    summary="Roll a program back",
    response_model=RolledBack,
    responses=_CONFLICT,
    openapi_extra=takes(PostRollback, {"revision": 1}),
)
async def roll_back(request: Request, store: StoreCode, caller: AnAdmin, desk: DeskOf) -> Response:
    """Put an earlier revision in force again, as a new one, if this Laurel still finds nothing wrong in it."""
    posted = await read_body(request, PostRollback)
    earlier, revision, is_new = await desk.services.programs.roll_back(
        store[:LONGEST_CODE], posted.revision, by=await _name(desk, caller), based_on=posted.based_on
    )
    answer: RolledBack = {"revision": revision, "rolledBackTo": earlier, "isNew": is_new}
    return ExactJson(answer)


@router.get("", summary="List revisions", response_model=Revisions, openapi_extra=LISTING.parameters())
async def list_revisions(request: Request, call: AdminCall) -> Response:
    """Every revision ever deployed to a store, the latest first."""
    page, _ = LISTING.read(request.query_params, call.program.zone)
    rows = await call.database.read(lambda tx: tx.revisions.all())
    items = [_shown(row, call, in_force=row is rows[0]) for row in rows]
    return ExactJson(page_of(items if page.newest_first else items[::-1], page))


@router.get("/{revision}", summary="One revision", response_model=WholeRevision)
async def show_revision(number: Number, call: AdminCall) -> Response:
    """A revision and its files, as they were deployed."""
    row, latest = await call.database.read(lambda tx: (tx.revisions.whole(number), tx.revisions.latest()))
    if row is None:
        raise UnknownRevision(call.store, number)
    in_force = latest is not None and latest["number"] == number
    return ExactJson(_shown(row, call, in_force=in_force) | {"files": row["files"]})


@router.get("/{revision}/difference", summary="What a revision changed", response_model=Difference)
async def show_difference(number: Number, call: AdminCall, since: Since = None) -> Response:
    """What a revision says otherwise than another, in words and with the places of both; formatting is none."""
    before = number - 1 if since is None else since
    old = await _read(call, before) if before else None
    new = await _read(call, number)
    changes = await asyncio.to_thread(differences, old, new)
    return ExactJson({"revision": number, "since": before, "changes": as_json(changes)})


async def _read(call: StoreCall, number: int) -> Program:
    return await asyncio.to_thread(read_revision, await call.desk.services.programs.files(call.store, number))


async def _name(desk: Desk, caller: AdminCaller) -> str:
    """By what other people know an admin."""
    admin = await desk.services.database.access_read(lambda access: access.admin_of_id(caller.id))
    return str(admin["username"]) if admin else caller.id


def _shown(row: Row, call: StoreCall, *, in_force: bool) -> dict[str, Any]:
    return {
        "revision": row["number"],
        "hash": row["hash"],
        "deployedAt": shown(row["deployed_at"], call.program.zone),
        "deployedBy": row["deployed_by"],
        "inForce": in_force,
        "note": row["note"],
    }
