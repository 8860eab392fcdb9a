"""Plan and deploy a draft: exactly what was planned comes into force."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from api.backtests import process
from api.backtests.process import BacktestRequest, Progress, Replayed
from api.drafts.checks import encoded, problems_of
from api.drafts.routes import draft_of
from api.drafts.saving import DraftState
from api.drafts.schemas import DraftProblem, PostDraftDeploy, PostDraftPlan
from api.http.errors import BadInput
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.plans.testing import DraftTestRun, results_of_tests
from api.programs.deploying import DeployRequest
from api.programs.routes import REFUSED_DEPLOY
from api.programs.schemas import MAX_FILES, DeployedRevision, NewTitle, ProgramChange, UnnamedLoss
from api.programs.validation import validate_consent, validate_program
from api.simulations.running import run_simulating
from api.state.dependencies import MAX_STORE_CODE_LENGTH, AdminRequest, StoreCode, StoreRequest
from database import ReadTransaction, Transaction
from database.deploys import Replaced, losses_of_deploy, risers_of_deploy
from database.programs import DeployWork, WriteDeploy
from loyalty.losses import DeployLosses, losses_as_json
from loyalty.program.outline import Outline
from loyalty.program.program import Program
from program_files import ProgramFaults, read_outline, read_revision, revision_hash
from program_files.folders.layout import TESTS
from workbench.backtest import rendering
from workbench.differences import as_json, differences
from workbench.drafts.merging import Texts


class Plan(TypedDict):
    """What putting files in force would change, in place of the revision `inForce`."""

    inForce: int
    problems: list[DraftProblem]
    changes: list[ProgramChange]
    losses: list[UnnamedLoss]
    title: NewTitle | None
    risers: dict[str, int]
    tests: DraftTestRun
    backtest: dict[str, Any] | None
    notReplayed: str | None


class DraftPlan(Plan):
    """What deploying a draft would do.

    `losses` and `title` are those that a deploy refuses until `drop` and `rename` name them; `risers` has the members
    who would rise to each tier. `backtest` is that of `laurel plan --format json`, null if nothing was replayed; then
    `notReplayed` says why, if `days` asked for it.
    """

    fingerprint: str
    basedOn: int


router = APIRouter(prefix="/api/{storeCode}/program/draft", tags=["Program"])


@router.post(
    "/plan",
    summary="Plan your draft",
    response_model=DraftPlan,
    openapi_extra=request_body(PostDraftPlan, {"days": 0}),
)
async def plan_draft(request: Request, store_request: AdminRequest) -> Response:
    """Plan the deploy of your draft: its changes in words, in tests, and with `days`, in a backtest; change nothing.

    If it has problems, only `problems` is set. A deploy must name the `fingerprint`.
    """
    posted = await read_body(request, PostDraftPlan)
    draft = await draft_of(store_request)
    head: dict[str, Any] = {
        "fingerprint": await asyncio.to_thread(revision_hash, encoded(draft.texts)),
        "basedOn": draft.based_on,
    }
    planned = await plan_texts(store_request, draft.texts, (draft.in_force, draft.files_in_force), days=posted.days)
    return ExactJson(head | planned)


_NO_TESTS: Mapping[str, Any] = {
    "passed": 0,
    "failed": 0,
    "skipped": 0,
    "notRun": 0,
    "tests": [],
    "coverage": None,
}
_NOTHING: Mapping[str, Any] = {
    "changes": [],
    "losses": [],
    "title": None,
    "risers": {},
    "tests": _NO_TESTS,
    "backtest": None,
    "notReplayed": None,
}


async def plan_texts(
    store_request: StoreRequest, texts: Texts, in_force: tuple[int, Texts], *, days: int
) -> dict[str, Any]:
    """Return what putting texts in force would do, in place of a revision with its texts: the fields of a Plan.

    `days` 0: nothing is replayed.
    """
    problems = await asyncio.to_thread(problems_of, encoded(texts), store_request.now)
    if any(each["severity"] == "error" and not each["path"].startswith(f"{TESTS}/") for each in problems):
        return {"inForce": in_force[0], "problems": problems, **_NOTHING}
    program, _ = await validate_program(texts, store_request.store)
    planned = await _planned(store_request, texts, program, in_force, days)
    return {"inForce": in_force[0], "problems": problems, **planned}


async def _planned(
    store_request: StoreRequest, texts: Texts, new: Program, in_force: tuple[int, Texts], days: int
) -> dict[str, Any]:
    number, old_texts = in_force
    old_files, new_files, now = encoded(old_texts), encoded(texts), store_request.now
    old = await asyncio.to_thread(read_revision, old_files)
    replaced = Replaced(number, await asyncio.to_thread(read_outline, old_files))

    def at_once(tx: ReadTransaction) -> tuple[DeployLosses, Mapping[str, int]]:
        return losses_of_deploy(tx, replaced, Outline.of(new)), risers_of_deploy(tx, replaced, new, now=now)

    losses, risers = await store_request.database.read(at_once)
    replayed = Replayed(None, None)
    if days:
        asked = BacktestRequest(store_request.state.services.database.url, old_files, new_files, days)
        runner = store_request.state.backtests.runner
        replayed = await runner.replay(asked, old, new, now=now, seconds=process.BACKTEST_SECONDS, report=_go_on)
    backtest = None if replayed.result is None else {"days": days, **rendering.as_json(replayed.result)}
    return {
        "changes": as_json(await asyncio.to_thread(differences, old, new)),
        **losses_as_json(losses),
        "risers": dict(risers),
        "tests": await _tests(new_files),
        "backtest": backtest,
        "notReplayed": replayed.because,
    }


async def _go_on(_: Progress) -> bool:
    """Never cancel: a request waits for its backtest to the end."""
    return True


async def _tests(files: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        return await run_simulating(lambda: results_of_tests(files))
    except ProgramFaults:  # in tests only, which are among the problems
        return dict(_NO_TESTS)


@router.post(
    "/deploy",
    summary="Deploy your draft",
    response_model=DeployedRevision,
    responses=REFUSED_DEPLOY,
    openapi_extra=request_body(PostDraftDeploy, {"fingerprint": "0" * 64, "note": "Double points in March"}),
)
async def deploy_draft(request: Request, store: StoreCode, deploying: DeployRequest) -> Response:
    """Put the program of your draft in force, if it still has this `fingerprint`, and end the draft.

    `drop`, `rename` and `note` are those of a deploy. A draft that is based on another revision than the one in force
    is refused.
    """
    posted = await read_body(request, PostDraftDeploy)
    admin, hash_ = deploying.caller.id, posted.fingerprint

    def view(revision: int, is_new: bool) -> DeployedRevision:
        return {"revision": revision, "hash": hash_, "isNew": is_new}

    async def run(write: WriteDeploy) -> tuple[int, bool]:
        draft = await deploying.database.read(lambda tx: _planned_draft(tx, admin, hash_))
        _, files = await validate_program(draft.texts, store[:MAX_STORE_CODE_LENGTH])
        consent = validate_consent(posted.drop, rename=posted.rename)
        _, number, is_new = await deploying.state.services.programs.deploy(
            files,
            by=deploying.caller.username,
            based_on=draft.based_on,
            in_console=True,
            note=posted.note,
            consent=consent,
            write=lambda work: write(_ends_the_draft(work)),
        )
        return number, is_new

    def _ends_the_draft(work: DeployWork) -> DeployWork:
        def deploy(tx: Transaction) -> tuple[int, bool]:
            tx.drafts.lock_of(admin)  # so that nothing is saved into a draft that ends
            _planned_draft(tx, admin, hash_)
            done = work(tx)
            tx.drafts.discard(admin)
            return done

        return deploy

    return await deploying.respond(posted, view, run)


def _planned_draft(tx: ReadTransaction, admin: str, fingerprint: str) -> DraftState:
    """Return the draft of an administrator; raise BadInput if it is no longer what was planned."""
    draft = DraftState.read(tx, admin)
    if len(draft.texts) > MAX_FILES or revision_hash(encoded(draft.texts)) != fingerprint:
        message = "the draft is not what was planned: it was changed since, so plan it again"
        raise BadInput.at("fingerprint", message, "notPlanned")
    return draft
