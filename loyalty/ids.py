"""Identities: 128 bits, ordered by time, shown as UUIDs or as prefixed ULIDs."""

from hashlib import sha1
from uuid import NAMESPACE_URL, UUID, uuid5

_VARIANT = {digit: "89ab"[number % 4] for number, digit in enumerate("0123456789abcdef")}
"""The variant digit of a UUID, by the digit of the hash at its position."""


def new_id() -> str:
    """Return a new id: a ULID in UUID text, so that ids sort by creation time."""
    from ulid import ULID  # slow to import, and not needed to read a program

    return str(ULID().to_uuid())


def named_id(store: str, kind: str, name: str) -> str:
    """Return the permanent id of something that program files name, in UUID text."""
    return str(uuid5(NAMESPACE_URL, f"laurel:{store}/{kind}/{name}"))


def caused_id(cause: str, effect: str) -> str:
    """Return the id of what an event causes, derived from both, so that causing it again gives the same id.

    A cause is an id; or any text, for a member whom a file of events names by an e-mail address.
    """
    # The same as `uuid5` of the standard library in a third of its time: every step makes several.
    try:
        begin = bytes.fromhex(cause.replace("-", ""))
    except ValueError:
        begin = cause.encode()
    digest = sha1(begin + effect.encode(), usedforsecurity=False).digest()
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


def numbered_id(number: int) -> str:
    """Return the id of the event with a number, for events without ids of their own; the same in every run."""
    return f"00000000-0000-4000-8000-{number:012x}"


def number_of(identity: str) -> int:
    """Return an id as a whole number, its last 53 bits, for clients whose ids are numbers."""
    return int(identity.replace("-", ""), 16) % 2**53


def key(prefix: str, identity: str) -> str:
    """Return an id as the event envelope shows it: `ev_` and a ULID of the same 128 bits."""
    from ulid import ULID

    return f"{prefix}_{ULID.from_uuid(UUID(identity))}"


def is_id(text: str) -> bool:
    """Return whether a text is an id in UUID form."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
