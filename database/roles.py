"""Roles created by API, beside the built-in ones."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, or_, select, update

from access import BUILT_IN_ROLES, Bound, Bounds, Permission, Rights, Role
from access.bounds import CORRECTION_KINDS
from access.roles import FIRST_OWN_ROLE, LAST_ROLE, role_of_id
from database.tables import admin, api_key, role


class RoleQueries:
    """Reads roles."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get(self, role_id: int) -> Role | None:
        """Return a role, built in or created by API; None for a number that was damaged by hand."""
        if not isinstance(role_id, int):
            return None
        built_in = role_of_id(role_id)
        if built_in is not None:
            return built_in
        if not FIRST_OWN_ROLE <= role_id <= LAST_ROLE:
            return None
        row = self.connection.execute(select(*_COLUMNS).where(role.c.id == role_id)).first()
        return None if row is None else _role(row)

    def named(self, name: str) -> Role | None:
        """Return the role of this name."""
        return next((each for each in self.all() if each.name == name), None)

    def all(self) -> list[Role]:
        """Return every role: the built-in ones, then the others in the order of creation."""
        rows = self.connection.execute(select(*_COLUMNS).order_by(role.c.id))
        return [*BUILT_IN_ROLES, *map(_role, rows)]

    def rights_of(self, role_id: int, store: str | None) -> Rights:
        """Return the permissions of a role in a store, None: in every store; none for a role that does not exist."""
        found = self.get(role_id)
        return Rights(frozenset(), store) if found is None else Rights(found.permissions, store, found.all_bounds)

    def is_used(self, role_id: int) -> bool:
        """Return whether an administrator or a key has a role."""
        used = or_(exists().where(admin.c.role == role_id), exists().where(api_key.c.role == role_id))
        return bool(self.connection.execute(select(used)).scalar_one())


class Roles(RoleQueries):
    """Reads and changes roles, under the lock of access."""

    def add(self, name: str, permissions: frozenset[Permission], bounds: Bounds | None, *, now: datetime) -> int:
        """Add a role; return its number."""
        last = self.connection.execute(select(func.max(role.c.id))).scalar_one()
        number = FIRST_OWN_ROLE if last is None else int(last) + 1
        row = {"id": number, "name": name, "permissions": _codes(permissions), "bounds": _as_json(bounds)}
        self.connection.execute(insert(role).values(**row, created_at=now))
        return number

    def change(self, role_id: int, name: str, permissions: frozenset[Permission], bounds: Bounds | None) -> None:
        """Change the name, the permissions and the bounds of a role."""
        new = {"name": name, "permissions": _codes(permissions), "bounds": _as_json(bounds)}
        self.connection.execute(update(role).where(role.c.id == role_id).values(**new))

    def remove(self, role_id: int) -> None:
        """Remove a role."""
        self.connection.execute(delete(role).where(role.c.id == role_id))


_COLUMNS = (role.c.id, role.c.name, role.c.permissions, role.c.bounds)
_BY_CODE = {str(each): each for each in Permission}


def _codes(permissions: frozenset[Permission]) -> list[str]:
    return sorted(map(str, permissions))


def _role(row: Any) -> Role:
    """Return a stored role, without permissions and bounds that this version of Laurel does not know."""
    permissions = frozenset(_BY_CODE[code] for code in row.permissions if code in _BY_CODE)
    return Role(row.id, row.name, permissions, bounds=_from_json(row.bounds))


def _as_json(bounds: Bounds | None) -> list[dict[str, Any]] | None:
    return None if bounds is None else [asdict(each) for each in bounds.each]


def _from_json(stored: list[dict[str, Any]] | None) -> Bounds | None:
    if stored is None:
        return None
    known = [each for each in stored if each["kind"] in CORRECTION_KINDS]
    return Bounds(tuple(Bound(each["kind"], _limit(each["once"]), _limit(each["day"]), each["unit"]) for each in known))


def _limit(number: Decimal | int | None) -> Decimal | None:
    return None if number is None else Decimal(number)
