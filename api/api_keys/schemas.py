"""API keys: request bodies and responses."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Id, Instant, Total

MAX_RATE = 1_000_000
MAX_OVERLAP = 30 * 24 * 3600
DAY = 24 * 3600

_Name = Annotated[str, Field(min_length=1, max_length=255)]
_Date = Annotated[str, Field(max_length=64)]
_Rate = Annotated[int, Field(ge=1, le=MAX_RATE)]

_ROLE = "Name or number of a role; by default the administrator's."
_STORE = "The only store that it has access to; by default the administrator's."
_RATE = "Requests a minute that each process of the API lets it make; by default without a limit."


class NewApiKey(RequestModel):
    """A key to create. Without an expiration date it works until it is deleted."""

    name: _Name
    expiration_date: _Date | None = None
    role: str | int | None = Field(default=None, description=_ROLE)
    store: _Name | None = Field(default=None, description=_STORE)
    rate_limit: _Rate | None = Field(default=None, description=_RATE)


class PostApiKey(RequestModel):
    """A key to create."""

    api_key: NewApiKey


class ChangedApiKey(RequestModel):
    """The changes; absent fields are left unchanged, and null ones get the defaults of a new key."""

    name: _Name | None = None
    expiration_date: _Date | None = None
    role: str | int | None = Field(default=None, description=_ROLE)
    store: _Name | None = Field(default=None, description=_STORE)
    rate_limit: _Rate | None = Field(default=None, description=_RATE)


class PutApiKey(RequestModel):
    """The changes of a key."""

    api_key: ChangedApiKey


class Rotation(RequestModel):
    """How many seconds the present token still works."""

    overlap_seconds: int = Field(default=DAY, ge=0, le=MAX_OVERLAP)


class PostRotation(RequestModel):
    """How to rotate a key."""

    api_key: Rotation = Rotation()


class ApiKey(TypedDict):
    """A key. Its token is shown only once, when the key is created or rotated."""

    apiKeyId: Id
    token: str
    adminId: Id
    name: str
    legacy: bool
    role: str
    store: str | None
    createdAt: Instant
    rateLimit: int | None
    lastUsedAt: NotRequired[Instant]
    expirationDate: NotRequired[Instant]
    previousTokenUntil: NotRequired[Instant]


class ApiKeys(TypedDict):
    """A page of keys."""

    items: list[ApiKey]
    total: Total
