"""The rule of a route: which callers may call it, with which permission."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from access import Permission
from api.authentication.callers import AdminCaller, Caller, MemberCaller
from api.http.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Everyone:
    """No login is needed."""


@dataclass(frozen=True, slots=True)
class AnyCaller:
    """Administrators and members may call it, for themselves. `by_key` False: only with a login."""

    by_key: bool = True


@dataclass(frozen=True, slots=True)
class AnyAdministrator:
    """Administrators may call it, for themselves. `by_key` False: only with a login."""

    by_key: bool = True


@dataclass(frozen=True, slots=True)
class MembersOnly:
    """Members of the store may call it, for themselves."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Callers with a permission may call it; if `or_own`, also members of the store, for themselves.

    An API key needs `key_needs` as well, so that a leaked key cannot create others. `audited` False: it is not in the
    audit log although it is not GET, since it changes nothing, or happens too often. `also`: a second permission.
    """

    permission: Permission
    or_own: bool = False
    key_needs: Permission | None = None
    audited: bool = True
    also: Permission | None = None


@dataclass(frozen=True, slots=True)
class NeedsAllStores:
    """Callers with a permission for every store may call it: its changes affect every store."""

    permission: Permission


Rule: TypeAlias = Everyone | AnyCaller | AnyAdministrator | MembersOnly | Needs | NeedsAllStores

Rules: TypeAlias = Mapping[tuple[str, str], Rule]
"""The rule of every route, by its method and the template of its path."""

_OTHER_STORE = "this is outside the store that your access is limited to"


def authorize(rule: Rule, caller: Caller, store: str | None) -> None:
    """Raise Forbidden unless a caller may call a route with this rule, in the store of its path if that names one.

    For a store that a caller cannot access, the message is the same whether it exists or not.
    """
    match caller:
        case AdminCaller():
            _authorize_admin(rule, caller)
            reaches = store is None or caller.rights.reach(store)
        case MemberCaller():
            _authorize_member(rule)
            reaches = store is None or caller.store == store
    if not reaches:
        raise Forbidden(_OTHER_STORE)


def _authorize_admin(rule: Rule, caller: AdminCaller) -> None:
    match rule:
        case Everyone():
            pass
        case AnyCaller(by_key=by_key) | AnyAdministrator(by_key=by_key):
            if not by_key and not caller.has_login:
                raise Forbidden("this is for administrators who have logged in: an API key cannot do it")
        case MembersOnly():
            raise Forbidden("this is for members of the store: log in as one")
        case Needs(permission=permission, key_needs=key_needs, also=also):
            _require(caller, permission)
            if also is not None:
                _require(caller, also)
            if key_needs is not None and not caller.has_login:
                _require(caller, key_needs)
        case NeedsAllStores(permission=permission):
            _require(caller, permission)
            if caller.rights.store is not None:
                raise Forbidden("this holds in every store: your access is limited to one")
        case _:
            assert_never(rule)


def _require(caller: AdminCaller, permission: Permission) -> None:
    if not caller.rights.allow(permission):
        raise Forbidden(f"this needs the permission {permission}, which your role does not include")


def _authorize_member(rule: Rule) -> None:
    match rule:
        case Everyone() | AnyCaller() | MembersOnly() | Needs(or_own=True):
            pass
        case AnyAdministrator() | Needs() | NeedsAllStores():
            raise Forbidden
        case _:
            assert_never(rule)
