"""Preview the receivers of expiry notices, before the days are changed."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.http.responses import ExactJson
from api.settings.schemas import NoticePreview, NoticePreviews
from api.state.dependencies import AdminRequest
from database import ReadTransaction
from database.pages import MAX_COUNTED
from loyalty.store.settings import MAX_NOTICE_DAYS, NOTICE_KINDS, NoticeDays, NoticeKind, overruled

router = APIRouter(prefix="/api/{storeCode}/settings", tags=["Settings"])

_SHOWN = 10

_Days = Annotated[
    int | None,
    Query(ge=1, le=MAX_NOTICE_DAYS, description="Days before the end. [default: the present setting]"),
]


@router.get("/notices", summary="Preview the reach of notices", response_model=NoticePreviews)
async def preview_notices(
    store_request: AdminRequest, points: _Days = None, coupons: _Days = None, tier: _Days = None
) -> Response:
    """Count the members with something that ends within a number of days, who would get a notice if they got none yet.

    `members` counts up to 10,000, and `estimated` says that there are more; `first` has ten of them.
    """
    asked = NoticeDays(points, coupons, tier)
    program, now = store_request.program, store_request.now

    def read(tx: ReadTransaction) -> NoticePreviews:
        present = tx.settings.notice_days() or NoticeDays()
        before = overruled(overruled(program.notify_before, present), asked)

        def preview(kind: NoticeKind) -> NoticePreview | None:
            notice = {"points": before.points, "coupons": before.coupons, "tier": before.tier}[kind.name]
            if notice is None:
                return None
            until = notice.after(now, program.zone)
            found = tx.settings.members_with_end(kind, after=now, until=until, limit=MAX_COUNTED + 1)
            counted = min(len(found), MAX_COUNTED)
            return {"members": counted, "estimated": len(found) > MAX_COUNTED, "first": found[:_SHOWN]}

        made = {kind.name: preview(kind) for kind in NOTICE_KINDS}
        return {"points": made["points"], "coupons": made["coupons"], "tier": made["tier"]}

    return ExactJson(await store_request.database.read(read))
