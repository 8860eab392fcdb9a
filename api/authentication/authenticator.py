"""Authentication of callers by a bearer token, or an API key in `Authorization` or `X-AUTH-TOKEN`."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from access import Rights
from api.authentication.callers import AdminCaller, Caller, MemberCaller
from api.authentication.key_rate_limiter import KeyRateLimiter
from api.authentication.key_uses import KeyUses
from api.authentication.tokens import AccessToken, Tokens, digest
from api.http.errors import NotAuthenticated
from database import AccessReader, Database
from database.api_keys import ApiKey
from database.damaged import DamagedInstant

KEY_PREFIX = "lrl_"
"""The prefix of every API key, which distinguishes it from a token and lets scanners find leaked ones."""

CACHE_SECONDS = 5.0
"""Seconds for which a caller is cached: in other processes, revoked rights work that much longer."""

_MAX_CACHED = 10_000


class Authenticator:
    """Authenticates requests, with a short cache of callers."""

    def __init__(self, database: Database, tokens: Tokens) -> None:
        self._database = database
        self._tokens = tokens
        self._cache: dict[str, tuple[Caller, float]] = {}
        self._generation = 0
        self._key_rate_limiter = KeyRateLimiter()
        self.key_uses = KeyUses(database)

    async def caller(self, headers: Mapping[str, str]) -> Caller:
        """Return the caller with these headers; raise NotAuthenticated, or RateLimitReached for an API key."""
        caller = await self._cached_caller(headers)
        if isinstance(caller, AdminCaller) and caller.rate_limit is not None and caller.key is not None:
            self._key_rate_limiter.acquire(caller.key, caller.rate_limit)
        return caller

    async def _cached_caller(self, headers: Mapping[str, str]) -> Caller:
        credential = _credential(headers)
        key = digest(credential)
        cached = self._cache.get(key)
        if cached is not None and time.monotonic() < cached[1]:
            return cached[0]
        generation = self._generation
        caller, expires_at = await self._authenticate(credential, key)
        remaining = (expires_at - datetime.now(UTC)).total_seconds() if expires_at else CACHE_SECONDS
        if len(self._cache) >= _MAX_CACHED:
            self._cache.clear()
        if generation == self._generation:  # otherwise the result may be from before the change
            self._cache[key] = caller, time.monotonic() + min(CACHE_SECONDS, remaining)
        return caller

    def clear_cache(self) -> None:
        """Authenticate every caller again: some rights have changed."""
        self._generation += 1
        self._cache.clear()

    async def _authenticate(self, credential: str, key_hash: str) -> tuple[Caller, datetime | None]:
        if credential.startswith(KEY_PREFIX):
            return await self._key_caller(key_hash)
        token = await self._tokens.read(credential)
        caller = await self._database.access_read(lambda access: session_caller(access, token))
        if caller is None:
            raise NotAuthenticated("Invalid JWT Token")
        return caller, token.expires_at

    async def _key_caller(self, key_hash: str) -> tuple[Caller, datetime | None]:
        found = await self._database.access_read(lambda access: key_caller(access, key_hash))
        if found is None:
            raise NotAuthenticated("Invalid API key")
        caller, expires_at = found
        if isinstance(expires_at, DamagedInstant):
            raise NotAuthenticated("this API key cannot be read: make a new one")
        if expires_at is not None and expires_at <= datetime.now(UTC):
            raise NotAuthenticated("Expired API key: make a new one")
        assert caller.key is not None
        self.key_uses.note(caller.key)
        return caller, expires_at


def session_caller(access: AccessReader, token: AccessToken) -> Caller | None:
    """Return the caller with a token; None if its session has ended, or its administrator is disabled."""
    session = access.sessions.get(token.session)
    if session is None or (session.subject, session.store) != (token.subject, token.store):
        return None
    if token.store is not None:
        return MemberCaller(token.subject, token.store)
    admin = admin_caller(access, token.subject)
    return None if admin is None else replace(admin, session=session.id)


def admin_caller(access: AccessReader, admin_id: str) -> AdminCaller | None:
    """Return an administrator as a caller, with present rights; None if unknown or disabled."""
    admin = access.admins.get(admin_id)
    if admin is None or not admin.active:
        return None
    return AdminCaller(admin.id, admin.username, access.roles.rights_of(admin.role, admin.store))


def key_rights(access: AccessReader, key: ApiKey, owner: Rights) -> Rights:
    """Return the rights of a key: those of its role in its store, limited to those of its administrator."""
    return access.roles.rights_of(key.role, key.store).limited_to(owner)


def key_caller(access: AccessReader, key_hash: str) -> tuple[AdminCaller, datetime | None] | None:
    """Return the caller with a key's hash, and when its token expires; None if there is no such key."""
    found = access.api_keys.of_hash(key_hash)
    if found is None:
        return None
    key, expires_at = found
    owner = admin_caller(access, key.admin)
    if owner is None:
        return None
    rights = key_rights(access, key, owner.rights)
    return AdminCaller(owner.id, owner.username, rights, key.id, rate_limit=key.rate_limit), expires_at


def _credential(headers: Mapping[str, str]) -> str:
    """Return the token or key of a request; each may be in either header."""
    given = headers.get("x-auth-token") or headers.get("authorization", "")
    scheme, _, rest = given.strip().partition(" ")
    credential = rest.strip() if scheme.lower() == "bearer" else given.strip()
    if not credential:
        raise NotAuthenticated("Authentication Required")
    return credential
