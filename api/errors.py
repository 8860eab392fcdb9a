"""What the API refuses, as a tree; the HTTP status of each is in one table below it.

Problem                 a request is refused; the message says why, and what would be right
├── BadInput            something in the request is wrong; `faults` say what and where
├── NotAuthenticated    nobody we know is asking
├── Forbidden           somebody we know asks for what is not theirs
├── NotFound            there is no such thing
├── NotAllowed          the thing is there, and this cannot be done with it
├── TooLarge            the body is longer than the API reads
└── TooManyAttempts     too many logins went wrong; `retry_after` says when to try again
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from database.programs import UnknownRevision, UnknownStore
from database.revisions import AnotherInForce
from program_files import ProgramFaults
from rules import MalformedJson


@dataclass(frozen=True, slots=True)
class InputFault:
    """One thing wrong in a request; `code` is stable, `path` is dotted from the body's root."""

    message: str
    code: str
    path: str


class Problem(Exception):
    """A request is refused."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInput(Problem):
    """Something in the request is wrong."""

    def __init__(self, *faults: InputFault) -> None:
        super().__init__("Validation failed")
        self.faults = faults

    @classmethod
    def at(cls, path: str, message: str, code: str = "invalid") -> "BadInput":
        """One thing wrong at one place."""
        return cls(InputFault(message, code, path))

    @classmethod
    def of(cls, faults: Iterable[InputFault]) -> "BadInput":
        """Several things wrong at once."""
        return cls(*faults)


class NotAuthenticated(Problem):
    """Nobody we know is asking."""


class Forbidden(Problem):
    """Somebody we know asks for what is not theirs."""

    def __init__(self, message: str = "Forbidden.") -> None:
        super().__init__(message)


class NotFound(Problem):
    """There is no such thing."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Not Found: {what}")


class NotAllowed(Problem):
    """The thing is there, and this cannot be done with it."""

    def __init__(self, message: str, *, allow: str) -> None:
        super().__init__(message)
        self.allow = allow


class TooLarge(Problem):
    """The body is longer than the API reads."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the body is larger than {most // 1024} KiB: send less at once")


class TooManyAttempts(Problem):
    """Too many logins went wrong."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many attempts to log in: try again in {retry_after} s")
        self.retry_after = retry_after


STATUS: Mapping[type[Exception], int] = {
    BadInput: 400,
    MalformedJson: 400,
    ProgramFaults: 400,
    NotAuthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    UnknownStore: 404,
    UnknownRevision: 404,
    NotAllowed: 405,
    AnotherInForce: 409,
    TooLarge: 413,
    TooManyAttempts: 429,
    OperationalError: 503,  # the database is gone, or gave this transaction up: asked again, it may answer
    InterfaceError: 503,
    PoolTimeout: 503,
}
"""Every exception that has an answer of its own; any other is our fault, and a 500."""
