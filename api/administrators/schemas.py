"""Administrators: request bodies and answers."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Id, Instant, Total
from api.login.schemas import MAX_PASSWORD_LENGTH
from api.roles.schemas import RoleView

MIN_PASSWORD_LENGTH = 8

_Name = Annotated[str, Field(min_length=1, max_length=255)]
_Password = Annotated[str, Field(min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH)]
_Roles = Annotated[
    list[str | int], Field(min_length=1, max_length=1, description="The name or the number of one role.")
]


class NewAdministrator(RequestModel):
    """An administrator to make. Without a `username`, the email is the name to log in with."""

    email: _Name
    plain_password: _Password = Field(repr=False)
    roles: _Roles
    username: _Name | None = None
    store: _Name | None = Field(default=None, description="The only store with access; without it, all.")
    is_active: bool = True


class PostAdministrator(RequestModel):
    """An administrator to make."""

    admin: NewAdministrator


class ChangedAdministrator(RequestModel):
    """What changes; fields that are left out stay. `store` null: every store."""

    email: _Name | None = None
    plain_password: _Password | None = Field(default=None, repr=False)
    roles: _Roles | None = None
    store: _Name | None = None
    is_active: bool | None = None


class PutAdministrator(RequestModel):
    """What changes of an administrator."""

    admin: ChangedAdministrator


class PutPassword(RequestModel):
    """The caller's password as it is, and as it is to be."""

    current_password: str = Field(min_length=1, max_length=MAX_PASSWORD_LENGTH, repr=False)
    plain_password: _Password = Field(repr=False)


class AdministratorId(TypedDict):
    """The id of an administrator."""

    adminId: Id


class Administrator(TypedDict):
    """An administrator. `store` null: of every store."""

    id: Id
    username: str
    email: str | None
    isActive: bool
    createdAt: Instant
    roles: list[RoleView]
    store: str | None
    canChangePassword: bool
    external: bool


class AdministratorList(TypedDict):
    """A page of administrators."""

    items: list[Administrator]
    total: Total


class OwnPermissions(TypedDict):
    """What the caller may do. `superAdmin`: everything, in every store."""

    superAdmin: bool
    roles: list[str]
    permissions: list[str]
    store: str | None


class SessionView(TypedDict):
    """A login that has not ended. `current`: the one of this request; `address`: where it came from."""

    sessionId: Id
    createdAt: Instant
    expiresAt: Instant
    address: str | None
    current: bool


class SessionList(TypedDict):
    """A page of sessions."""

    items: list[SessionView]
    total: Total


class PutSetting(RequestModel):
    """The value of a setting."""

    value: str = Field(max_length=10_000)


class PostResetRequest(RequestModel):
    """Whose password is to be reset."""

    username: str = Field(min_length=1, max_length=255)


class NewPassword(RequestModel):
    """The password that is to be."""

    plain_password: _Password = Field(repr=False)


class PostAdministratorReset(RequestModel):
    """A code that resets a password, and the password that is to be."""

    token: str = Field(min_length=1, max_length=255, repr=False)
    reset: NewPassword


class Setting(TypedDict):
    """A setting of an administrator."""

    key: str
    value: str
    createdAt: str


class SettingList(TypedDict):
    """A page of settings."""

    items: list[Setting]
    total: Total
