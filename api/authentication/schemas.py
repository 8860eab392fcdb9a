"""Logins and tokens: request bodies and answers."""

from pydantic import Field
from typing_extensions import TypedDict

from api.requests import RequestModel

MAX_PASSWORD_LENGTH = 1024


class Login(RequestModel):
    """Credentials of an administrator or a member."""

    username: str = Field(min_length=1, max_length=255)
    password: str = Field(min_length=1, max_length=MAX_PASSWORD_LENGTH, repr=False)


class Refresh(RequestModel):
    """A refresh token, which can be used once."""

    refresh_token: str = Field(alias="refresh_token", min_length=1, max_length=1024, repr=False)


class TokenPair(TypedDict):
    """An access token, and the refresh token for the next one."""

    token: str
    refresh_token: str
