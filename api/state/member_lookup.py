"""Members as requests name them: by an id, or by `email=...`, `phone=...` or `loyaltyCardNumber=...`."""

from api.http.errors import BadInput
from database import ReadTransaction
from loyalty.ids import is_id
from loyalty.members.identity import identity_of
from loyalty.store.members import Identity

_FIELDS = ("email", "phone", "loyaltyCardNumber")


def identity_named(text: str) -> Identity:
    """The identity that a text names; an empty one for a text that names none."""
    field, sign, value = text.partition("=")
    if sign and field in _FIELDS:
        return identity_of({field: value})
    return identity_of({"customerId": text}) if is_id(text) else Identity()


def require_member(tx: ReadTransaction, text: str, *, path: str) -> str:
    """The id of the member that a field of a request names; raise BadInput at its path."""
    found = tx.members.identities_matching(identity_named(text))
    if not found:
        message = f"no member of {tx.store} is {text[:80]}: send a customerId or email=..."
        raise BadInput.at(path, message, "unknownMember")
    return str(found[0].id)


def require_member_of_id(tx: ReadTransaction, text: str, *, path: str) -> str:
    """As `require_member`, by an id alone: what members may not find out is who has an email or a phone number."""
    if not is_id(text):
        raise BadInput.at(path, "this is no customerId: send the UUID of a member", "invalidId")
    return require_member(tx, text, path=path)
