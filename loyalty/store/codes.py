"""Codes that prove a member's identity: to activate, reset a password, or confirm another email or phone.

A code is not stored. It is derived from its id by a secret of the installation, so that its message can be created, and
resent, while the database holds only a hash.
"""

import hashlib
import hmac
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple, Protocol, TypeAlias

CodePurpose: TypeAlias = Literal["activation", "password", "email", "phone"]

NUMBERS = 900_000
"""The number of possible numbers: each has six digits, and the first is not 0."""


class PlainCode(NamedTuple):
    """A code as a member gets it: `code` suffices by itself, `number` only together with the member's identity."""

    code: str
    number: int


@dataclass(frozen=True, slots=True)
class MemberCode:
    """A code of a member. `ended_at`: when it was used, replaced, or had too many wrong guesses; None: it is valid."""

    id: str
    member: str
    purpose: CodePurpose
    value: str | None = field(repr=False)
    """The new email or phone."""
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    failures: int = 0
    """The number of wrong guesses at its number."""


class CodeReader(Protocol):
    """Reads the codes of a store's members."""

    def get(self, code_id: str) -> MemberCode | None:
        """Return a code by its id."""

    def of_text(self, code: str) -> MemberCode | None:
        """Return the code with this text."""

    def latest(self, member_id: str, purpose: CodePurpose) -> MemberCode | None:
        """Return the latest code of a member for a purpose."""

    def count_since(self, member_id: str, purpose: CodePurpose, since: datetime) -> int:
        """Return how many codes a member got for a purpose since a moment."""

    def plain(self, code_id: str) -> PlainCode:
        """Return a code as its member gets it."""


class CodeRepository(CodeReader, Protocol):
    """The codes of a store's members."""

    def add(self, new: MemberCode) -> None:
        """Store a code, which ends the earlier ones of the member for its purpose."""

    def end(self, code_id: str, *, now: datetime) -> None:
        """End a code: it is not valid any more."""

    def end_all(self, member_id: str, *, now: datetime) -> None:
        """End every code of a member."""

    def count_failure(self, code_id: str) -> None:
        """Count a wrong guess at the number of a code."""


def derived_code(secret: str, code_id: str) -> PlainCode:
    """Return the code of an id: 26 letters and digits for 128 bits, and a number of six digits."""
    text = hmac.digest(secret.encode(), f"code {code_id}".encode(), "sha256")[:16]
    number = hmac.digest(secret.encode(), f"number {code_id}".encode(), "sha256")
    return PlainCode(b32encode(text).decode().rstrip("="), 100_000 + int.from_bytes(number) % NUMBERS)


def hash_of(code: str) -> str:
    """Return the hash by which a code is found, in any letter case: it is random enough to need no slow hash."""
    return hashlib.sha256(code.upper().encode(errors="surrogatepass")).hexdigest()
