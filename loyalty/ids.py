"""Identities: 128 bits, ordered by time, shown as UUIDs or as prefixed ULIDs."""

from hashlib import sha1
from uuid import NAMESPACE_URL, UUID, uuid5

_VARIANT = {digit: "89ab"[number % 4] for number, digit in enumerate("0123456789abcdef")}
"""The first digit of what follows the version in a UUID: two bits of it say that it is one."""


def new_id() -> str:
    """A new id: a ULID in UUID text, so that ids sort by the time they were made."""
    from ulid import ULID  # slow to import, and reading a program needs none

    return str(ULID().to_uuid())


def named_id(store: str, kind: str, name: str) -> str:
    """The id of a thing that program files name: the same for ever, in UUID text."""
    return str(uuid5(NAMESPACE_URL, f"laurel:{store}/{kind}/{name}"))


def caused_id(cause: str, effect: str) -> str:
    """The id of what one event causes: made of both, so that causing it again gives the same id."""
    # What `uuid5` of the standard library gives, in a third of its time: every step makes several.
    digest = sha1(bytes.fromhex(cause.replace("-", "")) + effect.encode(), usedforsecurity=False).digest()
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


def numbered_id(number: int) -> str:
    """The id of the event of that number, where events have no ids of their own: the same in every run."""
    return f"00000000-0000-4000-8000-{number:012x}"


def key(prefix: str, identity: str) -> str:
    """An id as the event envelope shows it: `ev_` and a ULID, the same 128 bits."""
    from ulid import ULID

    return f"{prefix}_{ULID.from_uuid(UUID(identity))}"


def is_id(text: str) -> bool:
    """Whether a text is an id in UUID form."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
