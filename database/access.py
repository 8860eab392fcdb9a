"""Who may call: admins, API keys, refresh tokens. They belong to no store."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, update

from database.queries import columns_of, insert
from database.tables import admin, api_key, refresh_token, revision, setting, store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Admin:
    """An administrator."""

    id: str
    username: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key of an administrator, without the key itself. `expires_at` None: never."""

    id: str
    admin: str
    name: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token, without the token itself. `store` None: an administrator's."""

    family: str
    """All tokens that came of one login have the same."""
    subject: str
    store: str | None
    expires_at: datetime
    used_at: datetime | None


class AccessReader:
    """Reads who may call, and settings of the installation."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def stores(self) -> list[str]:
        """Return the codes of all stores."""
        return list(self.connection.execute(select(store.c.code).order_by(store.c.code)).scalars())

    def setting(self, name: str) -> str | None:
        """Return a setting that the installation made for itself."""
        return self.connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar_one_or_none()

    def revisions_in_force(self) -> dict[str, int]:
        """Return the number of the revision in force of every store that has one."""
        latest = select(revision.c.store, func.max(revision.c.number)).group_by(revision.c.store)
        return {str(code): int(number) for code, number in self.connection.execute(latest)}

    def admin(self, username: str) -> Admin | None:
        """Return an admin by name."""
        return self._find_one(Admin, admin, admin.c.username == username)

    def admin_of_id(self, admin_id: str) -> Admin | None:
        """Return an admin by id."""
        return self._find_one(Admin, admin, admin.c.id == admin_id)

    def api_key(self, key_hash: str) -> ApiKey | None:
        """Return a key by its hash."""
        return self._find_one(ApiKey, api_key, api_key.c.hash == key_hash)

    def api_keys(self, admin_id: str) -> list[ApiKey]:
        """Return an admin's keys, the oldest first."""
        here = select(*columns_of(ApiKey, api_key)).where(api_key.c.admin == admin_id).order_by(api_key.c.id)
        return [ApiKey(*row) for row in self.connection.execute(here)]

    def _find_one(self, record: type[T], table: Table, condition: ColumnElement[bool]) -> T | None:
        row = self.connection.execute(select(*columns_of(record, table)).where(condition)).first()
        return None if row is None else record(*row)


class Access(AccessReader):
    """Reads and changes who may call, and settings of the installation."""

    def setting_once(self, name: str, value: str) -> str:
        """Add a setting unless it exists; return its value."""
        row = {"name": name, "value": value}
        self.connection.execute(insert(self.connection, setting).values(row).on_conflict_do_nothing())
        return str(self.connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar_one())

    def set_setting(self, name: str, value: str) -> None:
        """Add a setting, or replace its value."""
        row = insert(self.connection, setting).values(name=name, value=value)
        changed = row.on_conflict_do_update(index_elements=[setting.c.name], set_={"value": value})
        self.connection.execute(changed)

    def set_admin(self, admin_id: str, username: str, password_hash: str, *, now: datetime) -> None:
        """Add an admin, or change the password of the one with this name."""
        row = {"id": admin_id, "username": username, "password_hash": password_hash, "created_at": now}
        self.connection.execute(
            insert(self.connection, admin)
            .values(row)
            .on_conflict_do_update(index_elements=[admin.c.username], set_={"password_hash": password_hash})
        )

    def add_api_key(
        self,
        key_id: str,
        *,
        admin_id: str,
        name: str,
        key_hash: str,
        expires_at: datetime | None,
        now: datetime,
    ) -> None:
        """Store the hash of a key."""
        row = {"id": key_id, "admin": admin_id, "name": name, "hash": key_hash, "created_at": now}
        self.connection.execute(api_key.insert().values(**row, expires_at=expires_at))

    def remove_api_key(self, admin_id: str, key_id: str) -> bool:
        """Remove a key; return False if there is none."""
        here = delete(api_key).where(api_key.c.admin == admin_id, api_key.c.id == key_id)
        return self.connection.execute(here.returning(api_key.c.id)).first() is not None

    def add_refresh_token(
        self,
        token_hash: str,
        *,
        family: str,
        subject: str,
        store: str | None,
        expires_at: datetime,
        now: datetime,
    ) -> None:
        """Store the hash of a refresh token."""
        row = {"hash": token_hash, "family": family, "subject": subject, "store": store}
        self.connection.execute(refresh_token.insert().values(**row, created_at=now, expires_at=expires_at))

    def use_refresh_token(self, token_hash: str, *, now: datetime) -> RefreshToken | None:
        """Mark a refresh token as used, and return it as it was; None if there is none, or if it was used before.

        A token that is used twice was stolen: then every token of its login is removed.
        """
        here = select(*columns_of(RefreshToken, refresh_token)).where(refresh_token.c.hash == token_hash)
        row = self.connection.execute(here.with_for_update()).first()
        if row is None:
            return None
        token = RefreshToken(*row)
        if token.used_at is not None:
            self.end_family(token.family)
            return None
        mark_used = update(refresh_token).where(refresh_token.c.hash == token_hash)
        self.connection.execute(mark_used.values(used_at=now))
        return token

    def end_family(self, family: str) -> None:
        """Remove every token of one login."""
        self.connection.execute(delete(refresh_token).where(refresh_token.c.family == family))

    def end_tokens_of(self, subject: str) -> None:
        """Remove every token of an admin or member."""
        self.connection.execute(delete(refresh_token).where(refresh_token.c.subject == subject))
