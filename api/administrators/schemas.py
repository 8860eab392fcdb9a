"""Administrators: request bodies and responses."""

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
    """An administrator to create. Without a `username`, the email is the login name."""

    email: _Name
    plain_password: _Password = Field(repr=False)
    roles: _Roles
    username: _Name | None = None
    store: _Name | None = Field(
        default=None, description="The only store that they have access to. [default: all stores]"
    )
    is_active: bool = True


class PostAdministrator(RequestModel):
    """An administrator to create."""

    admin: NewAdministrator


class ChangedAdministrator(RequestModel):
    """The changes; absent fields are left unchanged. `store` null: every store."""

    email: _Name | None = None
    plain_password: _Password | None = Field(default=None, repr=False)
    roles: _Roles | None = None
    store: _Name | None = None
    is_active: bool | None = None


class PutAdministrator(RequestModel):
    """The changes of an administrator."""

    admin: ChangedAdministrator


class PutPassword(RequestModel):
    """The caller's present password, and the new one."""

    current_password: str = Field(min_length=1, max_length=MAX_PASSWORD_LENGTH, repr=False)
    plain_password: _Password = Field(repr=False)


class AdministratorId(TypedDict):
    """The id of an administrator."""

    adminId: Id


class Administrator(TypedDict):
    """An administrator. `store` null: for every store."""

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
    """The caller's rights. `superAdmin`: everything, in every store."""

    superAdmin: bool
    roles: list[str]
    permissions: list[str]
    store: str | None


class SessionView(TypedDict):
    """An active login. `current`: the one of this request; `address`: where it came from."""

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
    """The name of the administrator whose password is to be reset."""

    username: str = Field(min_length=1, max_length=255)


class NewPassword(RequestModel):
    """The new password."""

    plain_password: _Password = Field(repr=False)


class PostAdministratorReset(RequestModel):
    """A code that resets a password, and the new password."""

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
