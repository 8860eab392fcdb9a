"""Problems of a draft, with cures, and completion at a position of a file."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.drafts.routes import draft_of
from api.drafts.saving import check_path
from api.drafts.schemas import MAX_BODY_BYTES, Completions, DraftProblems, PostCompletion
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.state.dependencies import AdminRequest
from program_files import Problem
from program_files.grammar.files import FILE_GRAMMARS
from workbench.checking import check_files
from workbench.cures import Lines
from workbench.editor import FILE_SCHEMAS, read_vocabulary, schema_of
from workbench.editor.completion import Completion, complete
from workbench.editor.parts import Schema

router = APIRouter(prefix="/api/{storeCode}/program/draft", tags=["Program"])

_EXAMPLE = {"path": "reactors/spring.yaml", "text": "reactor: spring\non: app_l\n", "line": 2, "column": 10}


@router.get("/problems", summary="Check your draft", response_model=DraftProblems)
async def check_draft(store_request: AdminRequest) -> Response:
    """Return what `laurel check` finds wrong in the program of your draft, tests included, by file, line and column.

    Columns count characters from 1. `cure` replaces a word of its line by a text, which solves the problem.
    """
    draft = await draft_of(store_request)
    return ExactJson({"problems": await asyncio.to_thread(problems_of, encoded(draft.texts), store_request.now)})


@router.post(
    "/completion",
    summary="Complete a word in a file",
    response_model=Completions,
    openapi_extra=request_body(PostCompletion, _EXAMPLE),
)
async def complete_word(request: Request, store_request: AdminRequest) -> Response:
    """Return the keys, names and paths that can be written at a position of a text, which need not be saved.

    `start` and `end` are the columns of the word that a proposal replaces; in JSON, both have their quotes. Nothing is
    changed.
    """
    posted = await read_body(request, PostCompletion, max_bytes=MAX_BODY_BYTES)
    check_path(posted.path)
    draft = await draft_of(store_request)

    def run() -> Completion:
        schema = schema_at(posted.path, encoded(draft.texts))
        return complete(posted.path, posted.text, posted.line, posted.column, schema)

    found = await asyncio.to_thread(run)
    proposals = [{"label": each.label, "kind": each.kind, "info": each.info} for each in found.proposals]
    return ExactJson({"start": found.start, "end": found.end, "proposals": proposals})


def encoded(texts: Mapping[str, str]) -> dict[str, bytes]:
    """Texts of files as a check reads them."""
    return {path: text.encode() for path, text in texts.items()}


def schema_at(path: str, files: Mapping[str, bytes]) -> Schema:
    """Return the schema for the kind of file at a path, in a program of these files."""
    folder = path.split("/")[0] if "/" in path else ""
    kind = next(name for name, grammar in FILE_GRAMMARS.items() if grammar.folder == folder)
    vocabulary, _ = read_vocabulary(files)
    return schema_of(FILE_SCHEMAS[kind], vocabulary)


def problems_of(files: Mapping[str, bytes], now: datetime) -> list[dict[str, Any]]:
    """Return all problems of the files of a draft, in the documented fields."""
    lines = Lines(files)
    return [_problem_view(problem, lines) for problem in check_files(files, now=now).problems]


def _problem_view(problem: Problem, lines: Lines) -> dict[str, Any]:
    """Return a problem with the word that it points at and its cure."""
    place, token, cure = problem.place, lines.token(problem.place), lines.cure(problem)
    return {
        "path": place.file,
        "line": place.line,
        "column": place.column,
        "endColumn": None if token is None else token.end,
        "code": problem.code,
        "message": problem.message,
        "suggestion": problem.suggestion,
        "severity": problem.severity,
        "cure": None
        if cure is None
        else {"line": cure.line, "column": cure.start, "endColumn": cure.end, "text": cure.text},
    }
