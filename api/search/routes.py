"""One search: members, events, sales, transfers, issued rewards, codes and deliveries by their identifiers."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from access import Permission
from api.authentication.callers import AdminCaller
from api.http.errors import BadInput
from api.http.responses import ExactJson
from api.members.filters import any_identity
from api.search.schemas import FoundItem, SearchResult
from api.state.dependencies import AdminRequest, StoreRequest
from database import ReadTransaction
from database.search import Found, FoundKind
from rules.storable import storable_text

router = APIRouter(prefix="/api/{storeCode}", tags=["Search"])

MAX_QUERY = 255
MOST_OF_A_KIND = 5

_NEEDS: Mapping[FoundKind, Permission] = {
    "member": Permission.VIEW_MEMBERS,
    "customEvent": Permission.VIEW_EVENTS,
    "transaction": Permission.VIEW_TRANSACTIONS,
    "transfer": Permission.VIEW_POINTS,
    "issuedReward": Permission.VIEW_REDEMPTIONS,
    "couponCode": Permission.VIEW_REWARDS,
    "delivery": Permission.VIEW_WEBHOOKS,
}

Searched = Annotated[
    str, Query(min_length=1, max_length=MAX_QUERY, description="An id, e-mail, phone, card, document number or code.")
]


@router.get("/search", summary="Search by an id, number or code", response_model=SearchResult)
async def search(store_request: AdminRequest, q: Searched) -> Response:
    """Find what has exactly this text as id, e-mail, phone, card, document number, coupon code, token or own id.

    Each is compared as elsewhere: e-mails and phones in any spelling. What the caller may not read is not found.
    """
    text = q.strip()
    if not text or storable_text(text) != text:
        raise BadInput.at("q", "send what to look for: an id, an e-mail, a phone, a number or a code", "invalid")
    kinds = [kind for kind in _NEEDS if _may_read(store_request, kind)]

    def read(tx: ReadTransaction) -> SearchResult:
        members = _members(tx, store_request, text) if "member" in kinds else ()
        others = tx.search.find(text, [kind for kind in kinds if kind != "member"], most=MOST_OF_A_KIND)
        found = {(each.kind, each.id): each for each in (*members, *others)}
        return {"items": [_view(each) for each in found.values()]}

    return ExactJson(await store_request.database.read(read))


def _may_read(store_request: StoreRequest, kind: FoundKind) -> bool:
    caller = store_request.caller
    return isinstance(caller, AdminCaller) and caller.rights.allow(_NEEDS[kind])


def _members(tx: ReadTransaction, store_request: StoreRequest, text: str) -> Iterator[Found]:
    for each in tx.members.identities_matching(any_identity(text, store_request.program)):
        yield Found("member", str(each.id), each.email or each.phone or each.card or str(each.id), str(each.id))


def _view(found: Found) -> FoundItem:
    return {"kind": found.kind, "id": found.id, "label": found.label, "customerId": found.member}
