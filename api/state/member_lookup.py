"""Find members of requests: by an id, or by `email=...`, `phone=...` or `loyaltyCardNumber=...`."""

from api.authentication.callers import MemberCaller
from api.http.errors import BadInput, Forbidden, NotFound
from api.state.dependencies import StoreRequest
from database import ReadTransaction
from loyalty.ids import is_id
from loyalty.masking import NAMED_FORMS
from loyalty.members.identity import identity_of
from loyalty.store.members import Identity, StoredMember


def identity_named(text: str, region: str | None = None) -> Identity:
    """Return the identity in a text, a phone read in a region; an empty one if there is none."""
    field, sign, value = text.partition("=")
    if sign and field in NAMED_FORMS:
        return identity_of({field: value}).written(region)
    return identity_of({"customerId": text}) if is_id(text) else Identity()


def member_in_path(tx: ReadTransaction, store_request: StoreRequest, text: str) -> StoredMember:
    """Return the member of a path; raise NotFound, or Forbidden if a member asks for another."""
    ids = [str(each.id) for each in tx.members.identities_matching(identity_named(text, store_request.program.region))]
    caller = store_request.caller
    if isinstance(caller, MemberCaller) and (caller.store != store_request.store or ids[:1] != [caller.id]):
        raise Forbidden
    found = tx.members.get(ids[0]) if ids else None
    if found is None:
        raise NotFound(f"no member {text[:80]} in {store_request.store}")
    if store_request.audited is not None:
        store_request.audited.members.append(found.id)
    return found


def require_member(tx: ReadTransaction, text: str, *, path: str, region: str | None = None) -> str:
    """Return the id of the member in a field of a request, a phone read in a region; raise BadInput at its path."""
    found = tx.members.identities_matching(identity_named(text, region))
    if not found:
        message = f"no member of {tx.store} is {text[:80]}: send a customerId or email=..."
        raise BadInput.at(path, message, "unknownMember")
    return str(found[0].id)


def require_member_of_id(tx: ReadTransaction, text: str, *, path: str) -> str:
    """Return the member as `require_member`, but only by an id, so that members cannot probe for emails and phones."""
    if not is_id(text):
        raise BadInput.at(path, "this is not a customerId: send the UUID of a member", "invalidId")
    return require_member(tx, text, path=path)
