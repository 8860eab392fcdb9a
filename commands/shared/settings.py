"""The environment variables of Laurel; an error for a wrong value says how to correct it."""

import os
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from commands.shared.errors import CommandError
from loyalty.webhooks.addresses import Network, parse_allow_list, parse_networks
from telemetry.tracing import TRACING, TracingUnavailable, start_tracing

DATABASE_URL = "LAUREL_DATABASE_URL"
ADMIN_PASSWORD = "LAUREL_ADMIN_PASSWORD"  # noqa: S105 - the name of the variable
WEBHOOK_ALLOW = "LAUREL_WEBHOOK_ALLOW"
TEMPORAL_UI = "LAUREL_TEMPORAL_UI"
TRUSTED_PROXIES = "LAUREL_TRUSTED_PROXIES"
SECRET_KEY = "LAUREL_SECRET_KEY"  # noqa: S105 - the name of the variable

EXAMPLE_PROGRAM = Path(__file__).parents[2] / "programs" / "coffee-shop"
"""The program that `laurel up` deploys to an empty database."""


KEEP = "LAUREL_KEEP"
KEEP_AUDIT_LOG = "LAUREL_KEEP_AUDIT_LOG"

KNOWN = (
    DATABASE_URL,
    ADMIN_PASSWORD,
    WEBHOOK_ALLOW,
    TEMPORAL_UI,
    TRUSTED_PROXIES,
    SECRET_KEY,
    KEEP,
    KEEP_AUDIT_LOG,
    TRACING,
)
"""All variables that the settings read."""

MIN_KEEP = timedelta(days=31)
"""The shortest time for which details can be kept: plans replay it, and clients may retry within it."""


class SettingError(CommandError, ValueError):
    """A variable is missing or invalid; the message says which, and the cure."""


@dataclass(frozen=True)
class Settings:
    """The values of the variables; None: not set."""

    database_url: str | None
    admin_password: str | None
    webhook_allow: tuple[Network, ...]
    temporal_ui: str | None
    trusted_proxies: tuple[Network, ...] = ()
    """Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are trusted."""
    keep: timedelta | None = None
    """How long the details of applied events are kept; None: for ever."""
    keep_audit_log: timedelta | None = None
    """How long entries of the audit log are kept; None: for ever."""
    tracing: str | None = None
    """`otlp`: traces are made, and sent as OpenTelemetry's own variables say."""
    secret_key: str | None = field(default=None, repr=False)
    """The keys that encrypt secrets in the database."""

    @classmethod
    def read(cls) -> "Settings":
        """Read the environment variables; raise SettingError."""
        try:
            allow = parse_allow_list(os.environ.get(WEBHOOK_ALLOW, ""))
            proxies = parse_networks(os.environ.get(TRUSTED_PROXIES, ""), setting=TRUSTED_PROXIES)
        except ValueError as error:
            raise SettingError(str(error)) from None
        return cls(
            database_url=_database_url(os.environ.get(DATABASE_URL)),
            admin_password=os.environ.get(ADMIN_PASSWORD) or None,
            webhook_allow=allow,
            temporal_ui=_temporal_ui(os.environ.get(TEMPORAL_UI)),
            trusted_proxies=proxies,
            keep=parse_keep(os.environ.get(KEEP)),
            keep_audit_log=parse_keep(os.environ.get(KEEP_AUDIT_LOG), setting=KEEP_AUDIT_LOG),
            tracing=os.environ.get(TRACING) or None,
            secret_key=os.environ.get(SECRET_KEY) or None,
        )

    def start_tracing(self) -> None:
        """Start tracing, if the settings say so; raise SettingError."""
        try:
            start_tracing(self.tracing)
        except TracingUnavailable as error:
            raise SettingError(str(error)) from None

    def required_database_url(self) -> str:
        """Return the URL of the database that the API and the worker share; raise SettingError if none is set."""
        if self.database_url is None:
            raise SettingError(f"{DATABASE_URL} is not set: name the database, as in postgresql://laurel@host/laurel")
        return self.database_url


def _database_url(text: str | None) -> str | None:
    """Return the URL of a database; raise SettingError for one that is neither PostgreSQL nor a file of SQLite."""
    if not text:
        return None
    kind, _, rest = text.partition("://")
    kind, path = kind.partition("+")[0], rest.partition("?")[0].removeprefix("/")
    if kind not in ("sqlite", "postgresql") or "://" not in text:
        named = f"names {kind[:40]}" if "://" in text else "is no database address"
        raise SettingError(f"{DATABASE_URL} {named}: use sqlite:///file or postgresql://user@host/name")
    if kind == "sqlite" and path in ("", ":memory:"):
        raise SettingError(f"{DATABASE_URL} names no file: write one, as in sqlite:////var/lib/laurel/laurel.db")
    return text


def _temporal_ui(text: str | None) -> str | None:
    """Return the URL of Temporal's UI, to which the console links; raise SettingError if it is not of the web."""
    if text and not text.startswith(("http://", "https://")):
        raise SettingError(f"{TEMPORAL_UI} is no address of a web page: write it as https://temporal.example.com")
    return text or None


def parse_keep(text: str | None, *, setting: str = KEEP) -> timedelta | None:
    """Return the duration of a text such as `400d`; None: for ever. Raise SettingError."""
    if not text:
        return None
    days = re.fullmatch(r"([0-9]{1,5})d", text)
    if days is None or timedelta(days=int(days[1])) < MIN_KEEP:
        raise SettingError(
            f"{setting} is {text[:40]!r}: say how many days, {MIN_KEEP.days}d or more, as in 400d; without it, for ever"
        )
    return timedelta(days=int(days[1]))
