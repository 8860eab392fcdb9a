"""Health and version as answers show them."""

from typing_extensions import TypedDict


class Liveness(TypedDict):
    """The process answers."""

    status: str


class Readiness(TypedDict):
    """What is up. `ready`: events can be accepted, which needs only the database."""

    ready: bool
    database: bool
    temporal: bool
    program: bool


class Version(TypedDict):
    """The name and version of this server."""

    name: str
    version: str
