"""Data outside of stores: administrators, keys and roles, and settings of the installation."""

from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, bindparam, func, select

from database.admin_settings import AdminSettingQueries, AdminSettings, PasswordResets
from database.administrators import AdministratorQueries, Administrators
from database.api_keys import ApiKeyQueries, ApiKeys
from database.audit_archives import AuditArchiveQueries, AuditArchives
from database.audit_log import AuditLog, AuditLogQueries
from database.console_sessions import ConsoleSessionQueries, ConsoleSessions
from database.locks import ACCESS
from database.queries import insert
from database.roles import RoleQueries, Roles
from database.secret_keys import keys_of
from database.sessions import SessionQueries, Sessions
from database.stored_secrets import setting_of
from database.tables import revision, setting, store

_LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))


class AccessReader:
    """Reads administrators, keys and roles, and settings of the installation."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def admins(self) -> AdministratorQueries:
        return AdministratorQueries(self.connection)

    @cached_property
    def api_keys(self) -> ApiKeyQueries:
        return ApiKeyQueries(self.connection)

    @cached_property
    def roles(self) -> RoleQueries:
        return RoleQueries(self.connection)

    @cached_property
    def sessions(self) -> SessionQueries:
        return SessionQueries(self.connection)

    @cached_property
    def console_sessions(self) -> ConsoleSessionQueries:
        return ConsoleSessionQueries(self.connection)

    @cached_property
    def admin_settings(self) -> AdminSettingQueries:
        return AdminSettingQueries(self.connection)

    @cached_property
    def audit_archives(self) -> AuditArchiveQueries:
        return AuditArchiveQueries(self.connection)

    @cached_property
    def audit_log(self) -> AuditLogQueries:
        return AuditLogQueries(self.connection)

    def stores(self) -> list[str]:
        """Return the codes of all stores."""
        return list(self.connection.execute(select(store.c.code).order_by(store.c.code)).scalars())

    def setting(self, name: str) -> str | None:
        """Return a setting that the installation created for itself."""
        return self.connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar_one_or_none()

    def secret_setting(self, name: str) -> str | None:
        """Return a setting that is stored encrypted; None: it does not exist yet."""
        stored = self.setting(name)
        return None if stored is None else keys_of(self.connection).decrypt(stored, of=setting_of(name))

    def revisions_in_force(self) -> dict[str, int]:
        """Return the number of the revision in force of every store that has one."""
        latest = select(revision.c.store, func.max(revision.c.number)).group_by(revision.c.store)
        return {str(code): int(number) for code, number in self.connection.execute(latest)}

    def stores_created_at(self) -> dict[str, datetime]:
        """Return when each store was created, the oldest first."""
        created = select(store.c.code, store.c.created_at).order_by(store.c.created_at, store.c.code)
        return {str(code): created_at for code, created_at in self.connection.execute(created)}


class Access(AccessReader):
    """Reads and changes administrators, keys and roles, and settings of the installation."""

    @cached_property
    def admins(self) -> Administrators:
        return Administrators(self.connection)

    @cached_property
    def api_keys(self) -> ApiKeys:
        return ApiKeys(self.connection)

    @cached_property
    def roles(self) -> Roles:
        return Roles(self.connection)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self.connection)

    @cached_property
    def console_sessions(self) -> ConsoleSessions:
        return ConsoleSessions(self.connection)

    @cached_property
    def admin_settings(self) -> AdminSettings:
        return AdminSettings(self.connection)

    @cached_property
    def audit_archives(self) -> AuditArchives:
        return AuditArchives(self.connection)

    @cached_property
    def password_resets(self) -> PasswordResets:
        return PasswordResets(self.connection)

    @cached_property
    def audit_log(self) -> AuditLog:
        return AuditLog(self.connection)

    def lock(self) -> None:
        """Hold the lock of administrators, keys and roles until the transaction ends."""
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(_LOCK, {"name": ACCESS})

    def setting_once(self, name: str, value: str) -> str:
        """Add a setting unless it exists; return its value."""
        row = {"name": name, "value": value}
        self.connection.execute(insert(self.connection, setting).values(row).on_conflict_do_nothing())
        return str(self.connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar_one())

    def secret_setting_once(self, name: str, value: str) -> str:
        """Add a setting that is stored encrypted, unless it exists; return its value."""
        keys = keys_of(self.connection)
        return keys.decrypt(self.setting_once(name, keys.encrypt(value, of=setting_of(name))), of=setting_of(name))

    def set_setting(self, name: str, value: str) -> None:
        """Add a setting, or replace its value."""
        row = insert(self.connection, setting).values(name=name, value=value)
        changed = row.on_conflict_do_update(index_elements=[setting.c.name], set_={"value": value})
        self.connection.execute(changed)
