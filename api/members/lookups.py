"""Members: whether an identity is registered, and numbers of registrations."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import BadInput
from api.http.intervals import MAX_SPAN_DAYS, Interval, bounds, first_days
from api.http.paging import ListQuery
from api.http.responses import ExactJson
from api.members.filters import any_identity
from api.members.schemas import Collisions, FoundTotal
from api.state.dependencies import AdminRequest
from database.pages import MAX_COUNTED
from loyalty.calendar import local_day
from loyalty.store.members import Identity

COLLISIONS_QUERY = ListQuery({})

router = APIRouter(prefix="/api/{storeCode}/member", tags=["Member"])

Searched = Annotated[str | None, Query(min_length=1, max_length=255)]


@router.get("/check", summary="Check whether a member is registered", response_model=FoundTotal)
async def check(
    store_request: AdminRequest,
    email_or_phone: Annotated[Searched, Query(alias="emailOrPhone")] = None,
    identifier: Searched = None,
) -> Response:
    """Count the members with this email or phone, or this `identifier`: an id, an email, a phone or a card number."""
    if (email_or_phone is None) == (identifier is None):
        message = "send what to look for: either emailOrPhone or identifier"
        raise BadInput.at("emailOrPhone", message, "missing" if identifier is None else "contradiction")
    if email_or_phone is not None:
        identity = Identity(email=email_or_phone, phone=email_or_phone).written(store_request.program.region)
    else:
        assert identifier is not None
        identity = any_identity(identifier, store_request.program)
    found = await store_request.database.read(lambda tx: tx.members.identities_matching(identity))
    return ExactJson({"total": len(found)})


@router.get(
    "/collision",
    summary="List members who share an email or a phone",
    response_model=Collisions,
    openapi_extra=COLLISIONS_QUERY.openapi_parameters(),
)
async def list_collisions(request: Request, store_request: AdminRequest) -> Response:
    """List members whose `field` collides with another member's, from before emails and phones were normalised.

    They are not merged. An entry disappears when one of the two gets another email or phone.
    """
    page, _ = COLLISIONS_QUERY.parse(request.query_params, store_request.program.zone)
    found, total = await store_request.database.read(lambda tx: tx.members.collisions(page))
    items = [{"customerId": each.member, "field": each.part, "otherCustomerId": each.other} for each in found]
    return ExactJson({"items": items, "total": {"all": total, "filtered": total, "estimated": total > MAX_COUNTED}})


@router.get("/registrations", summary="Count registrations", response_model=dict[str, int])
async def registrations(
    store_request: AdminRequest,
    last_days: Annotated[int, Query(alias="lastDays", ge=0, le=MAX_SPAN_DAYS)] = 30,
    interval: Interval = "day",
) -> Response:
    """Count the members who registered, by the first day of each `interval`, from `lastDays` ago until today."""
    zone = store_request.program.zone
    today = local_day(store_request.now, zone)
    days = first_days(today - timedelta(days=last_days), today, interval)
    moments = bounds(days, interval, zone)
    counts = await store_request.database.read(lambda tx: tx.members.registrations(moments))
    shown: Mapping[str, int] = {day.isoformat(): count for day, count in zip(days, counts, strict=True)}
    return ExactJson(shown)
