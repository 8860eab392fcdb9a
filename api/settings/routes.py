"""Settings of a store: how many days before something expires its owner is notified; the rest is in program files."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import BadInput, InputFault
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.settings.schemas import PostSettings, SettingsFields, SettingsView
from api.settings.views import DAYS, settings_of_program, settings_view
from api.state.changes import AdminChange, Changed, Operation
from api.state.dependencies import AdminRequest
from database import ReadTransaction, Transaction
from loyalty.engine.notices import change_notice_days
from loyalty.program.program import Program
from loyalty.store.settings import NoticeDays, NoticeMove

router = APIRouter(prefix="/api/{storeCode}/settings", tags=["Settings"])

_EXAMPLE = {"settings": {"expirePointsNotificationDays": 14, "expireCouponsNotificationDays": 3}}


@router.get("", summary="Show settings", response_model=SettingsView)
async def show_settings(
    store_request: AdminRequest, public: Annotated[bool, Query(description="Return only public settings.")] = False
) -> Response:
    """Return the settings of a store. Days of notices that are set here override `notify_before` of the program."""

    def read(tx: ReadTransaction) -> tuple[NoticeDays, NoticeMove | None]:
        return tx.settings.notice_days() or NoticeDays(), tx.settings.notice_move()

    days, move = await store_request.database.read(read)
    return ExactJson(settings_view(store_request.program, days, move, public=public))


@router.post(
    "", summary="Configure settings", response_model=SettingsView, openapi_extra=request_body(PostSettings, _EXAMPLE)
)
async def configure_settings(request: Request, change: AdminChange) -> Response:
    """Set days of notices; null restores those of the program. Waiting notices are moved; none is sent twice."""
    return await _change(request, change)


@router.patch(
    "", summary="Change settings", response_model=SettingsView, openapi_extra=request_body(PostSettings, _EXAMPLE)
)
async def change_settings(request: Request, change: AdminChange) -> Response:
    """Change settings as `POST` does."""
    return await _change(request, change)


async def _change(request: Request, change: AdminChange) -> Response:
    content = await read_body(request, PostSettings)
    asked, program = change.store_request, change.store_request.program
    _refuse_what_is_in_files(content.settings, program)
    sent = content.settings.model_dump(by_alias=True, exclude_unset=True)
    changed = {notice: sent[name] for name, notice in DAYS.items() if name in sent}

    async def prepare() -> Operation:
        def operation(tx: Transaction) -> Changed:
            days = change_notice_days(tx.settings, changed, now=asked.now)
            return Changed(settings_view(program, days, tx.settings.notice_move()))

        return operation

    return await change.respond(content, prepare)


def _refuse_what_is_in_files(settings: SettingsFields, program: Program) -> None:
    """Raise BadInput for each setting that is written in the files of the program, unless it is unchanged."""
    present = settings_of_program(program)
    sent = settings.model_dump(by_alias=True, exclude_unset=True)
    faults = []
    for name, value in sent.items():
        if name in DAYS or (name in present and present[name] == value):
            continue
        message = "this is written in the files of the program: change it there, and deploy"
        faults.append(InputFault(message, "inFiles", f"settings.{name}"))
    if faults:
        raise BadInput.of(faults)
