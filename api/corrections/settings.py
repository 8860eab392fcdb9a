"""A store's rules for corrections: its reasons, and whether every change by hand needs one."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.corrections.schemas import CorrectionSettingsView, PutCorrectionSettings, ReasonForm
from api.corrections.views import rules_view
from api.http.errors import BadInput
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.state.changes import AdminChange, Changed, Operation
from api.state.dependencies import AdminRequest
from database import Transaction
from loyalty.store.corrections import CorrectionRules, Reason

router = APIRouter(prefix="/api/{storeCode}/correction/settings", tags=["Correction"])

_EXAMPLE = {
    "settings": {
        "reasons": [
            {"code": "missing", "title": "Something did not arrive"},
            {"code": "other", "title": "Another reason", "needsComment": True},
        ],
        "required": False,
    }
}


@router.get("", summary="Show the settings of corrections", response_model=CorrectionSettingsView)
async def show_settings(store_request: AdminRequest) -> Response:
    """Return the reasons for corrections, and whether other changes by hand need one, too."""
    return ExactJson(rules_view(await store_request.database.read(lambda tx: tx.corrections.rules())))


@router.put(
    "",
    summary="Change the settings of corrections",
    response_model=CorrectionSettingsView,
    openapi_extra=request_body(PutCorrectionSettings, _EXAMPLE),
)
async def put_settings(request: Request, change: AdminChange) -> Response:
    """Set the complete list of reasons, and whether every change by hand needs one.

    If corrections name a reason, make it inactive rather than leaving it out: its title stays readable.
    """
    posted = await read_body(request, PutCorrectionSettings)
    asked = posted.settings
    reasons = None if asked.reasons is None else _reasons(asked.reasons)

    async def prepare() -> Operation:
        def operation(tx: Transaction) -> Changed:
            known = tx.corrections.rules()
            required = known.required if asked.required is None else asked.required
            rules = CorrectionRules(known.reasons if reasons is None else reasons, required)
            tx.corrections.set_rules(rules)
            view = rules_view(rules)
            return Changed(view, details=dict(view))

        return operation

    return await change.respond(posted, prepare)


def _reasons(forms: Sequence[ReasonForm]) -> tuple[Reason, ...]:
    """Return the reasons of a request; raise BadInput for duplicate codes, or if none is active."""
    codes = [each.code for each in forms]
    for number, code in enumerate(codes):
        if code in codes[:number]:
            message = "another reason has this code: give each its own"
            raise BadInput.at(f"settings.reasons.{number}.code", message, "alreadyUsed")
    if not any(each.active for each in forms):
        raise BadInput.at("settings.reasons", "none of them is active: corrections need one to name", "invalid")
    return tuple(Reason(each.code, each.title, each.needs_comment, each.active) for each in forms)
