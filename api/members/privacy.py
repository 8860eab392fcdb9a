"""Anonymise members, or delete them, which is the same: the ledger keeps what it needs to add up."""

from fastapi import APIRouter
from starlette.responses import Response

from api.members.paths import MemberInPath
from api.state.changes import AdminChange, Change
from api.state.member_lookup import member_in_path
from api.state.operations import operates
from database import Transaction
from loyalty.events.operations import OperationContext
from loyalty.members.anonymising import anonymise_member

router = APIRouter(prefix="/api/{storeCode}/member", tags=["Member"])


@router.post("/{member}/anonymize", summary="Anonymize a member", status_code=204, response_class=Response)
async def anonymize(member: MemberInPath, change: AdminChange) -> Response:
    """Close a member for good: their events are refused at once, and all personal data is erased soon.

    A workflow erases it when the events that were accepted before are applied: profile, identities, attributes, bodies
    of events, decisions, messages with their deliveries, sent or not, and more. Ids, amounts and dates stay. Repeating
    it changes nothing.
    """
    return await _anonymise(change, member)


@router.delete("/{member}", summary="Delete a member", status_code=204, response_class=Response)
async def delete_member(member: MemberInPath, change: AdminChange) -> Response:
    """Anonymise a member as `anonymize` does: an account without a person stays, since the ledger must add up."""
    return await _anonymise(change, member)


async def _anonymise(change: Change, member: str) -> Response:
    def run(operation: OperationContext, tx: Transaction) -> None:
        anonymise_member(operation, member_in_path(tx, change.store_request, member).id)

    answer = await change.respond(None, operates(change, run))
    change.store_request.state.authenticator.clear_cache()
    return answer
