"""Identities: 128 bits, ordered by time, shown as UUIDs or as prefixed ULIDs."""

from uuid import NAMESPACE_URL, UUID, uuid5

from ulid import ULID


def new_id() -> str:
    """A new id: a ULID in UUID text, so that ids sort by the time they were made."""
    return str(ULID().to_uuid())


def named_id(store: str, kind: str, name: str) -> str:
    """The id of a thing that program files name: the same for ever, in UUID text."""
    return str(uuid5(NAMESPACE_URL, f"laurel:{store}/{kind}/{name}"))


def caused_id(cause: str, effect: str) -> str:
    """The id of what one event causes: made of both, so that causing it again gives the same id."""
    return str(uuid5(UUID(cause), effect))


def key(prefix: str, identity: str) -> str:
    """An id as the event envelope shows it: `ev_` and a ULID, the same 128 bits."""
    return f"{prefix}_{ULID.from_uuid(UUID(identity))}"


def is_id(text: str) -> bool:
    """Whether a text is an id in UUID form."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
