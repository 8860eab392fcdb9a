"""Members: changes by request."""

from collections.abc import Callable
from typing import TypeAlias

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.authentication.callers import MemberCaller
from api.http.errors import BadInput, InputFault
from api.http.requests import read_body, request_body
from api.members.attributes import attributes_to_set
from api.members.paths import MemberInPath
from api.members.schemas import CustomerId, DeleteAttributes, PutAttributes, PutMember
from api.members.validation import NewParts, validate_changes, validate_own_changes
from api.state.by_hand import CallerChangedByHand
from api.state.changes import AdminChange, Change
from api.state.member_lookup import member_in_path
from api.state.operations import operates
from database import Transaction
from loyalty.corrections.changes import CorrectTier
from loyalty.events.operations import OperationContext
from loyalty.members.accounts import request_change
from loyalty.members.changes import (
    MemberChanges,
    activate_member,
    deactivate_member,
    delete_attributes,
    update_member,
)

router = APIRouter(prefix="/api/{storeCode}/member", tags=["Member"])

StateChange: TypeAlias = Callable[[OperationContext, str], None]
"""An operation on a member without further input."""

_CHANGES = {"customer": {"firstName": "Anna", "phone": "+48500100201", "agreement2": True}}
_ATTRIBUTES = {"customAttributes": [{"key": "shop", "value": "17"}]}
_NAMED_ATTRIBUTE = {"customAttributes": [{"key": "shop"}]}


@router.put(
    "/{member}", summary="Change a member", response_model=CustomerId, openapi_extra=request_body(PutMember, _CHANGES)
)
async def put_member(request: Request, member: MemberInPath, by_hand: CallerChangedByHand) -> Response:
    """Change a member's identity, profile, custom attributes, date of registration, or tier.

    Absent fields are left unchanged; null removes one. Members change their own profile, and their email and phone: a
    new one is confirmed by a code that is sent to it, and the old one stays until then.
    """
    change = by_hand.change
    store_request = change.store_request
    if isinstance(store_request.caller, MemberCaller):  # a request for another member learns nothing about the body
        await store_request.database.read(lambda tx: member_in_path(tx, store_request, member))
    posted = await read_body(request, PutMember)
    by_code: NewParts = {}
    if isinstance(store_request.caller, MemberCaller):
        changes, by_code = validate_own_changes(change.store_request, posted.customer)
    else:
        changes = validate_changes(change.store_request, posted.customer)

    def run(operation: OperationContext, tx: Transaction) -> CustomerId:
        member_id = member_in_path(tx, change.store_request, member).id
        if changes.tier is not None:
            by_hand.note_change(operation, member_id, CorrectTier(changes.tier))
        update_member(operation, member_id, changes)
        for part, value in by_code.items():
            request_change(operation, member_id, part, value)
        return {"customerId": member_id}

    return await change.respond(posted, operates(change, run))


@router.put(
    "/{member}/custom-attribute",
    summary="Set custom attributes of a member",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PutAttributes, _ATTRIBUTES),
)
async def put_attributes(request: Request, member: MemberInPath, change: AdminChange) -> Response:
    """Set the attributes that are sent, or remove one by null; others stay.

    Declared attributes must fit their schema; any other is a text.
    """
    posted = await read_body(request, PutAttributes)
    faults: list[InputFault] = []
    attributes = attributes_to_set(change.store_request.program, posted.custom_attributes, "customAttributes", faults)
    if faults:
        raise BadInput.of(faults)

    def run(operation: OperationContext, tx: Transaction) -> None:
        update_member(
            operation, member_in_path(tx, change.store_request, member).id, MemberChanges(attributes=attributes)
        )

    return await change.respond(posted, operates(change, run))


@router.delete(
    "/{member}/custom-attribute",
    summary="Delete custom attributes of a member",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(DeleteAttributes, _NAMED_ATTRIBUTE),
)
async def remove_attributes(request: Request, member: MemberInPath, change: AdminChange) -> Response:
    """Delete the attributes with these keys; if a value is sent, the attribute must have it."""
    posted = await read_body(request, DeleteAttributes)
    expected = {each.key: each.value for each in posted.custom_attributes}

    def run(operation: OperationContext, tx: Transaction) -> None:
        delete_attributes(operation, member_in_path(tx, change.store_request, member).id, expected)

    return await change.respond(posted, operates(change, run))


@router.post("/{member}/activate", summary="Activate a member", status_code=204, response_class=Response)
async def activate(member: MemberInPath, change: AdminChange) -> Response:
    """Activate a member who was deactivated or has not been activated yet. For an active one nothing happens."""
    return await _change_state(change, member, activate_member)


@router.post("/{member}/deactivate", summary="Deactivate a member", status_code=204, response_class=Response)
async def deactivate(member: MemberInPath, change: AdminChange) -> Response:
    """Deactivate a member: their events and movements of their points are refused, and their sessions end.

    What they have stays, and still expires; events accepted before are still applied.
    """
    answer = await _change_state(change, member, deactivate_member)
    change.store_request.state.authenticator.clear_cache()
    return answer


async def _change_state(change: Change, member: str, operation_on: StateChange) -> Response:
    def run(operation: OperationContext, tx: Transaction) -> None:
        operation_on(operation, member_in_path(tx, change.store_request, member).id)

    return await change.respond(None, operates(change, run))
