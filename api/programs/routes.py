"""Programs: deploy files, list and compare revisions, and roll back."""

import asyncio
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.http.paging import ListQuery, page_of_list, view_or_reason
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.programs.deploying import DeployRequest
from api.programs.schemas import (
    MAX_PROGRAM_BYTES,
    MAX_REVISION,
    DeployConflict,
    DeployedRevision,
    PostProgram,
    PostRollback,
    RefusedDeploy,
    RevisionDifference,
    Revisions,
    RevisionWithFiles,
    RolledBackRevision,
)
from api.programs.validation import validate_consent, validate_program
from api.programs.views import revision_view
from api.state.dependencies import (
    MAX_STORE_CODE_LENGTH,
    AdminRequest,
    StoreCode,
    StoreRequest,
)
from database.programs import UnknownRevision, WriteDeploy
from loyalty.program.program import Program
from program_files import read_revision, revision_hash
from workbench.differences import as_json, differences

router = APIRouter(prefix="/api/{storeCode}/program", tags=["Program"])
LIST_QUERY = ListQuery({})

RevisionNumber = Annotated[int, Path(alias="revision", ge=1, le=MAX_REVISION, description="Its number.")]
Since = Annotated[
    int | None, Query(ge=0, le=MAX_REVISION, description="The revision to compare with. [default: the one before]")
]

REFUSED_DEPLOY: dict[int | str, dict[str, Any]] = {
    400: {"model": RefusedDeploy, "description": "The program is wrong, or members would lose something unnamed."},
    409: {"model": DeployConflict, "description": "Another revision is in force than the one it is based on."},
}
_EXAMPLE = {
    "files": {
        "program.yaml": "store: DEFAULT\ntitle: Coffee shop\ntimezone: Europe/Warsaw\n"
        "unknown_members: register\n"
        "wallets:\n  points: {default: true, decimals: 0, expires: {after: 90d}}\n",
        "events/app_login.yaml": "event: app_login\ntitle: The app was opened\nbody: {type: object}\n",
        "reactors/welcome.yaml": "reactor: welcome\non: app_login\nthen:\n  - award_points: {points: 5}\n",
    },
    "drop": ["tier:bronze"],
}


@router.post(
    "",
    summary="Deploy a program",
    response_model=DeployedRevision,
    responses=REFUSED_DEPLOY,
    openapi_extra=request_body(PostProgram, _EXAMPLE),
)
async def deploy(request: Request, store: StoreCode, deploying: DeployRequest) -> Response:
    """Put a program in force if it has no faults; otherwise return every fault with its place.

    It is refused if members would lose something by it (`losses`), or if its title changes, until `drop` and `rename`
    confirm this.
    """
    posted = await read_body(request, PostProgram, max_bytes=MAX_PROGRAM_BYTES)

    hash_ = ""

    def view(revision: int, is_new: bool) -> DeployedRevision:
        return {"revision": revision, "hash": hash_, "isNew": is_new}

    async def run(write: WriteDeploy) -> tuple[int, bool]:
        nonlocal hash_
        _, files = await validate_program(posted.files, store)
        hash_ = await asyncio.to_thread(revision_hash, files)
        consent = validate_consent(posted.drop, rename=posted.rename)
        _, number, is_new = await deploying.state.services.programs.deploy(
            files,
            by=deploying.caller.username,
            based_on=posted.based_on,
            pulled=posted.pulled,
            in_console=deploying.in_console,
            note=posted.note,
            consent=consent,
            write=write,
        )
        return number, is_new

    return await deploying.respond(posted, view, run)


@router.post(
    "/rollback",
    summary="Roll back a program",
    response_model=RolledBackRevision,
    responses=REFUSED_DEPLOY,
    openapi_extra=request_body(PostRollback, {"revision": 1}),
)
async def roll_back(request: Request, store: StoreCode, deploying: DeployRequest) -> Response:
    """Put an earlier revision in force again, as a new one, if this version of Laurel finds no faults in it."""
    posted = await read_body(request, PostRollback)

    earlier = 0

    def view(revision: int, is_new: bool) -> RolledBackRevision:
        return {"revision": revision, "rolledBackTo": earlier, "isNew": is_new}

    async def run(write: WriteDeploy) -> tuple[int, bool]:
        nonlocal earlier
        by, programs = deploying.caller.username, deploying.state.services.programs
        code, consent = store[:MAX_STORE_CODE_LENGTH], validate_consent(posted.drop, rename=posted.rename)
        earlier, seen = await programs.to_roll_back_to(code, posted.revision, based_on=posted.based_on)
        _, number, is_new = await programs.roll_back(
            code,
            earlier,
            by=by,
            based_on=seen,
            in_console=deploying.in_console,
            note=posted.note,
            consent=consent,
            write=write,
        )
        return number, is_new

    return await deploying.respond(posted, view, run)


@router.get("", summary="List revisions", response_model=Revisions, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_revisions(request: Request, store_request: AdminRequest) -> Response:
    """List every revision ever deployed to a store, the latest first."""
    zone = store_request.program.zone
    page, _ = LIST_QUERY.parse(request.query_params, zone)
    headers = await store_request.database.read(lambda tx: tx.revisions.all())
    items = [
        view_or_reason(
            each,
            partial(revision_view, in_force=each is headers[0], zone=zone),
            lambda revision: str(revision.number),
        )
        for each in headers
    ]
    return ExactJson(page_of_list(items if page.newest_first else items[::-1], page))


@router.get("/{revision}", summary="Show a revision", response_model=RevisionWithFiles)
async def show_revision(number: RevisionNumber, store_request: AdminRequest) -> Response:
    """Return a revision and its files, as they were deployed."""
    revision, latest = await store_request.database.read(lambda tx: (tx.revisions.get(number), tx.revisions.latest()))
    if revision is None:
        raise UnknownRevision(store_request.store, number)
    in_force = latest is not None and latest.number == number
    view = revision_view(revision, in_force=in_force, zone=store_request.program.zone)
    return ExactJson(view | {"files": revision.files})


@router.get("/{revision}/difference", summary="Show the changes of a revision", response_model=RevisionDifference)
async def show_difference(number: RevisionNumber, store_request: AdminRequest, since: Since = None) -> Response:
    """Compare with another revision: changes in words, with the places in both; formatting does not count."""
    before = number - 1 if since is None else since
    old = await _program(store_request, before) if before else None
    new = await _program(store_request, number)
    changes = await asyncio.to_thread(differences, old, new)
    return ExactJson({"revision": number, "since": before, "changes": as_json(changes)})


async def _program(store_request: StoreRequest, number: int) -> Program:
    files = await store_request.state.services.programs.files(store_request.store, number)
    return await asyncio.to_thread(read_revision, files)
