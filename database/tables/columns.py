"""Types of columns, and columns that many tables have."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, ForeignKey, MetaData, String, Text, TypeDecorator

import rules
from database.damaged import DamagedInstant
from database.errors import UnreadableJson
from loyalty.decisions.expiry_json import expiry_from_json, expiry_to_json
from loyalty.program.expiry import Expiry
from loyalty.references import NOBODY

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: a timestamp with time zone on PostgreSQL, sortable text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Return a function that converts the database's value to an instant, or to a DamagedInstant."""
        convert = self.impl_instance.result_processor(dialect, coltype)

        def read(stored: Any) -> Any:
            if stored is None:
                return None
            try:
                found: Any = stored if convert is None else convert(stored)
                return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
            except (ValueError, TypeError, AttributeError):
                return DamagedInstant(stored)

        return read


class Json(TypeDecorator[Any]):
    """JSON as text: numbers stay exact on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - as SQLAlchemy calls it
        return None if value is None else rules.exact.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - as SQLAlchemy calls it
        return None if value is None else _read(value)


class ExpiryRule(TypeDecorator[Expiry]):
    """The rule by which points expire, as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Expiry | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as SQLAlchemy calls it
        return None if value is None else rules.exact.dumps(expiry_to_json(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Expiry | None:  # noqa: ARG002 - as SQLAlchemy calls it
        return None if value is None else expiry_from_json(_read(value))


def _read(text: str) -> Any:
    """Return the JSON of a column; raise UnreadableJson."""
    try:
        return rules.exact.loads(text)
    except rules.MalformedJson as error:
        raise UnreadableJson(str(error)) from None


ID = String(36)
NAME = String(255)
KEY = String(1024)  # lower case may be longer than the original


def store_column() -> Column[str]:
    """Return the code of the store to which a row belongs."""
    return Column("store", NAME, nullable=False)


class MemberOrNobody(TypeDecorator[str]):
    """The id of a member, null for NOBODY, so that comparisons of members never match it."""

    impl = String(36)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as SQLAlchemy calls it
        return value or None

    def process_result_value(self, value: str | None, dialect: Dialect) -> str:  # noqa: ARG002 - as SQLAlchemy calls it
        return NOBODY if value is None else value


def member_column(nullable: bool = False) -> Column[str]:
    """Return the member to whom a row belongs."""
    return Column("member", ID, ForeignKey("member.id"), nullable=nullable)
