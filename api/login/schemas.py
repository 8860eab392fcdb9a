"""Request bodies of log-ins."""

from pydantic import Field

from api.http.requests import RequestModel

MAX_PASSWORD_LENGTH = 1024


class Login(RequestModel):
    """Credentials of an administrator or a member."""

    username: str = Field(min_length=1, max_length=255)
    password: str = Field(min_length=1, max_length=MAX_PASSWORD_LENGTH, repr=False)


class Refresh(RequestModel):
    """A refresh token, which can be used once."""

    refresh_token: str = Field(alias="refresh_token", min_length=1, max_length=1024, repr=False)
