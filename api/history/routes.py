"""The history of a member, the newest entry first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from access import Permission
from api.authentication.callers import AdminCaller, Caller
from api.history.schemas import MemberHistory
from api.history.views import history_view
from api.http.errors import BadInput, Forbidden
from api.http.paging import Filter, ListQuery
from api.http.responses import ExactJson, Total
from api.http.scrolling import read_place, scrolling_parameters, without_scroll, write_place
from api.members.paths import MemberInPath
from api.state.dependencies import AdminRequest, StoreRequest
from api.state.member_lookup import member_in_path
from database import ReadTransaction
from database.member_history import HistoryKey, HistoryRequest
from database.pages import MAX_COUNTED, PageRequest
from loyalty.members.history import (
    HISTORY_KINDS,
    HistoryKind,
    HistorySelection,
    history_types,
    narrowed,
    selection_of_kinds,
    selection_of_type,
)

router = APIRouter(prefix="/api/{storeCode}/member", tags=["Member"])

LIST_QUERY = ListQuery(
    {"type": "exact_text", "kind": "exact_text", "walletType:code": "exact_text", "createdAt": "instant"}
)

_NEEDS: Mapping[HistoryKind, Permission] = {
    "event": Permission.VIEW_EVENTS,
    "transaction": Permission.VIEW_TRANSACTIONS,
    "points": Permission.VIEW_POINTS,
    "tier": Permission.VIEW_MEMBERS,
    "achievement": Permission.VIEW_MEMBERS,
    "badge": Permission.VIEW_MEMBERS,
    "reward": Permission.VIEW_REDEMPTIONS,
    "member": Permission.VIEW_MEMBERS,
    "change": Permission.VIEW_AUDIT_LOG,
}


@router.get(
    "/{member}/history",
    summary="Show the history of a member",
    response_model=MemberHistory,
    openapi_extra=scrolling_parameters(LIST_QUERY),
)
async def show_history(request: Request, member: MemberInPath, store_request: AdminRequest) -> Response:
    """List the history of a member, the newest first, of the kinds that the caller may read.

    That is events with their outcome, points, tiers, achievements, badges, rewards, sales, and changes by
    administrators. With `_scroll` each page takes as long, however long the history is, and has `scroll`; else `total`.
    """
    query, scroll = without_scroll(request.query_params)
    page, filters = LIST_QUERY.parse(query, store_request.program.zone)
    if page.offset > MAX_COUNTED:
        raise BadInput.at("_page", f"beyond {MAX_COUNTED:,} entries, page by _scroll", "outOfRange")
    selection = _selection(store_request.caller, filters)
    after = None if scroll is None else read_place(scroll, _place)

    def read(tx: ReadTransaction) -> dict[str, Any]:
        wanted = _wanted(member_in_path(tx, store_request, member).id, selection, page, filters, after)
        found = tx.member_history.page(wanted)
        may_read_messages = _may(store_request.caller, Permission.VIEW_WEBHOOKS)
        items = [history_view(each, store_request.program, messages=may_read_messages) for each in found.entries]
        if scroll is not None:
            return {"items": items, "scroll": {"next": None if found.next is None else _written(found.next)}}
        return {"items": items, "total": _total(tx, wanted, store_request)}

    return ExactJson(await store_request.database.read(read))


def _wanted(
    member_id: str,
    selection: HistorySelection,
    page: PageRequest,
    filters: Sequence[Filter],
    after: HistoryKey | None,
) -> HistoryRequest:
    wallets = [str(each.value) for each in filters if each.field == "walletType:code"]
    return HistoryRequest(
        member_id,
        selection,
        page.limit,
        offset=page.offset if after is None else 0,
        after=after,
        newest_first=page.newest_first,
        dates=[each.on("at") for each in filters if each.field == "createdAt"],
        wallet=wallets[-1] if wallets else None,
    )


def _total(tx: ReadTransaction, wanted: HistoryRequest, store_request: StoreRequest) -> Total:
    everything = HistoryRequest(wanted.member, _permitted(store_request.caller), wanted.limit)
    filtered, whole = tx.member_history.count(wanted), tx.member_history.count(everything)
    return {
        "all": min(whole, MAX_COUNTED),
        "filtered": min(filtered, MAX_COUNTED),
        "estimated": whole > MAX_COUNTED,
    }


def _selection(caller: Caller, filters: Sequence[Filter]) -> HistorySelection:
    """Return what the filters select of what the caller may read; raise BadInput, or Forbidden for another kind."""
    selection = _permitted(caller)
    for each in filters:
        if each.field == "type":
            selection = narrowed(selection, _of_type(str(each.value)))
        elif each.field == "kind":
            selection = narrowed(selection, _of_kind(caller, str(each.value)))
    return selection


def _permitted(caller: Caller) -> HistorySelection:
    return selection_of_kinds([kind for kind in HISTORY_KINDS if _may(caller, _NEEDS[kind])])


def _of_type(type_: str) -> HistorySelection:
    found = selection_of_type(type_)
    if found is None:
        raise BadInput.at("type", f"an entry is {', '.join(history_types())}", "invalid")
    return found


def _of_kind(caller: Caller, kind: str) -> HistorySelection:
    if kind not in HISTORY_KINDS:
        raise BadInput.at("kind", f"an entry is about {', '.join(HISTORY_KINDS)}", "invalid")
    known = cast("HistoryKind", kind)
    if not _may(caller, _NEEDS[known]):
        raise Forbidden
    return selection_of_kinds([known])


def _may(caller: Caller, permission: Permission) -> bool:
    return isinstance(caller, AdminCaller) and caller.rights.allow(permission)


def _place(fields: Mapping[str, Any]) -> HistoryKey:
    at, rank, id_ = datetime.fromisoformat(fields["at"]), fields["rank"], fields["id"]
    if at.tzinfo is None or rank not in (0, 1, 2) or not isinstance(id_, str) or "\0" in id_:
        raise ValueError(fields)
    return HistoryKey(at, rank, id_)


def _written(key: HistoryKey) -> str:
    return write_place({"at": key.at.isoformat(), "rank": key.rank, "id": key.id})
