"""Drafts of programs: each administrator has one per store, which others neither see nor change."""

from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.drafts.saving import DraftState, rebase, save_file
from api.drafts.schemas import (
    MAX_BODY_BYTES,
    MAX_VERSION_LENGTH,
    ChangedMeanwhile,
    Draft,
    DraftFileText,
    PostRebase,
    PutDraftFile,
    RebaseConflict,
    RebasedDraft,
    SavedFile,
)
from api.drafts.views import draft_view, file_view, saved_view
from api.http.errors import NotFound
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.state.by_hand import corrector_of
from api.state.dependencies import AdminRequest, StoreRequest
from database import ReadTransaction, Transaction
from program_files.folders.layout import LONGEST_PATH

router = APIRouter(prefix="/api/{storeCode}/program/draft", tags=["Program"])

PathInQuery: TypeAlias = Annotated[
    str,
    Query(alias="path", min_length=1, max_length=LONGEST_PATH, description="The path of a file in the program."),
]
VersionInQuery: TypeAlias = Annotated[
    str,
    Query(
        alias="version",
        max_length=MAX_VERSION_LENGTH,
        description="The `version` of the text that the change is based on.",
    ),
]

_CHANGED: dict[int | str, dict[str, Any]] = {
    409: {"model": ChangedMeanwhile, "description": "The file was changed since it was shown; both texts are there."}
}
_IN_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": RebaseConflict, "description": "Files that the draft and the revision in force both changed."}
}
FILE_EXAMPLE = {
    "path": "reactors/spring.yaml",
    "text": "reactor: spring\non: app_login\nthen:\n  - award_points: {points: 5}\n",
    "version": "",
}


@router.get("", summary="Show your draft", response_model=Draft)
async def show_draft(store_request: AdminRequest) -> Response:
    """List the files of the program with your changes. Your draft begins with the first file that you change."""
    admin, zone = admin_of(store_request), store_request.program.zone
    return ExactJson(await store_request.database.read(lambda tx: draft_view(DraftState.read(tx, admin), zone)))


@router.get("/file", summary="Show a file of your draft", response_model=DraftFileText)
async def show_draft_file(store_request: AdminRequest, path: PathInQuery) -> Response:
    """Return the text of a file in your draft, in its base revision, and in the one in force."""
    admin = admin_of(store_request)

    def read(tx: ReadTransaction) -> dict[str, Any]:
        draft = DraftState.read(tx, admin)
        if path not in {*draft.base, *draft.files_in_force, *draft.changes}:
            raise NotFound(path)
        return file_view(draft, path)

    return ExactJson(await store_request.database.read(read))


@router.put(
    "/file",
    summary="Save a file in your draft",
    response_model=SavedFile,
    responses=_CHANGED,
    openapi_extra=request_body(PutDraftFile, FILE_EXAMPLE),
)
async def put_draft_file(request: Request, store_request: AdminRequest) -> Response:
    """Store the text of a file in your draft, if its present text there has the `version` that you have seen.

    The text may have problems: check the draft. A file with the text of the base revision counts as unchanged.
    """
    posted = await read_body(request, PutDraftFile, max_bytes=MAX_BODY_BYTES)
    admin, now = admin_of(store_request), store_request.now

    def write(tx: Transaction) -> dict[str, Any]:
        saved = save_file(tx, admin, posted.path, posted.text, version=posted.version, now=now)
        return saved_view(saved, posted.path)

    return ExactJson(await store_request.database.write(write))


@router.delete("/file", summary="Remove a file in your draft", status_code=204, responses=_CHANGED)
async def delete_draft_file(store_request: AdminRequest, path: PathInQuery, version: VersionInQuery = "") -> Response:
    """Remove a file from the program of your draft, if its text there has the `version` that you have seen."""
    admin, now = admin_of(store_request), store_request.now
    await store_request.database.write(lambda tx: save_file(tx, admin, path, None, version=version, now=now))
    return Response(status_code=204)


@router.post(
    "/rebase",
    summary="Rebase your draft on the revision in force",
    response_model=RebasedDraft,
    responses=_IN_CONFLICT,
    openapi_extra=request_body(PostRebase, {"basedOn": 2}),
)
async def rebase_draft(request: Request, store_request: AdminRequest) -> Response:
    """Rebase your draft on the revision in force. A file that both changed needs a text in `files`."""
    posted = await read_body(request, PostRebase, max_bytes=MAX_BODY_BYTES)
    admin, now = admin_of(store_request), store_request.now
    await store_request.database.write(lambda tx: rebase(tx, admin, posted.based_on, posted.files, now=now))
    return ExactJson({"basedOn": posted.based_on})


@router.delete("", summary="Discard your draft", status_code=204)
async def discard_draft(store_request: AdminRequest) -> Response:
    """Discard every change of your draft."""
    admin = admin_of(store_request)

    def write(tx: Transaction) -> bool:
        tx.drafts.lock_of(admin)
        was_there = tx.drafts.get(admin) is not None
        tx.drafts.discard(admin)
        return was_there

    await store_request.write(write)
    return Response(status_code=204)


async def draft_of(store_request: StoreRequest) -> DraftState:
    """Return the draft of the caller, with the files of its revisions."""
    admin = admin_of(store_request)

    def read(tx: ReadTransaction) -> DraftState:
        draft = DraftState.read(tx, admin)
        _ = draft.base, draft.files_in_force  # while there is a transaction
        return draft

    return await store_request.database.read(read)


def admin_of(store_request: StoreRequest) -> str:
    """Return the administrator of a draft: for an API key, its administrator."""
    return corrector_of(store_request).id
