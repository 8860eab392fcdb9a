"""API keys: request bodies and answers."""

from typing import NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Id, Instant, Total


class NewApiKey(RequestModel):
    """A key to make. Without an expiration date it works until it is deleted."""

    name: str = Field(min_length=1, max_length=255)
    expiration_date: str | None = Field(default=None, max_length=64)
    role: str | int | None = Field(
        default=None, description="Name or number of a role; by default the administrator's."
    )
    store: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        description="The only store that it has access to; by default the administrator's.",
    )


class PostApiKey(RequestModel):
    """A key to make."""

    api_key: NewApiKey


class ApiKey(TypedDict):
    """A key. Its token is shown only once, when the key is made."""

    apiKeyId: Id
    token: str
    adminId: Id
    name: str
    legacy: bool
    role: str
    store: str | None
    createdAt: Instant
    expirationDate: NotRequired[Instant]


class ApiKeys(TypedDict):
    """A page of keys."""

    items: list[ApiKey]
    total: Total
