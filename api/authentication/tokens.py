"""Access tokens, signed and short-lived; refresh tokens, stored as hashes and rotated at every use."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from typing_extensions import TypedDict

from api.authentication.callers import Caller
from api.http.errors import NotAuthenticated
from database import Access, Database
from loyalty.ids import new_id

ACCESS_TOKEN_LIFETIME = timedelta(hours=1)
REFRESH_TOKEN_LIFETIME = timedelta(days=30)

_ALGORITHM = "HS256"
_SECRET = "jwt_secret"  # noqa: S105 - the name of a setting, not a secret
_SECRET_BYTES = 48


class TokenPair(TypedDict):
    """An access token, and the refresh token for the next one."""

    token: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Login:
    """Who a token belongs to. `store` None: an administrator."""

    subject: str
    store: str | None
    expires_at: datetime


class Tokens:
    """Issues, refreshes, revokes and reads tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cached_secret = ""

    async def issue(self, subject: str, store: str | None = None) -> TokenPair:
        """The first pair of tokens after a login of an administrator, or of a member of a store."""
        return await self._pair(subject, store, family=new_id())

    async def refresh(self, refresh_token: str, store: str | None) -> TokenPair:
        """New tokens for a refresh token of an admin (store None) or of a store's member; raise NotAuthenticated."""
        now = datetime.now(UTC)
        used = await self._database.access_write(
            lambda access: access.sessions.use_refresh_token(digest(refresh_token), now=now)
        )
        if used is None or used.store != store or used.expires_at <= now:
            raise NotAuthenticated("Invalid refresh token: log in again")
        return await self._pair(used.subject, store, family=used.family)

    async def revoke(self, caller: Caller) -> None:
        """Invalidate every refresh token of a caller."""
        await self._database.access_write(lambda access: access.sessions.end_all_of(caller.id))

    async def read(self, token: str) -> Login:
        """Whose access token this is; raise NotAuthenticated."""
        try:
            claims = jwt.decode(
                token, await self._secret(), algorithms=[_ALGORITHM], options={"require": ["exp", "sub"]}
            )
        except jwt.ExpiredSignatureError:
            raise NotAuthenticated("Expired JWT Token.") from None
        except (jwt.InvalidTokenError, UnicodeError):
            raise NotAuthenticated("Invalid JWT Token") from None
        return _login(claims)

    async def _pair(self, subject: str, store: str | None, *, family: str) -> TokenPair:
        now = datetime.now(UTC)
        claims: dict[str, Any] = {"sub": subject, "role": "admin", "iat": now, "exp": now + ACCESS_TOKEN_LIFETIME}
        if store is not None:
            claims |= {"role": "member", "store": store}
        refresh_token = secrets.token_urlsafe(_SECRET_BYTES)

        def store_hash(access: Access) -> None:
            access.sessions.add_refresh_token(
                digest(refresh_token),
                family=family,
                subject=subject,
                store=store,
                expires_at=now + REFRESH_TOKEN_LIFETIME,
                now=now,
            )

        await self._database.access_write(store_hash)
        return {"token": jwt.encode(claims, await self._secret(), _ALGORITHM), "refresh_token": refresh_token}

    async def _secret(self) -> str:
        """The key that signs access tokens: generated once, and shared through the database."""
        if not self._cached_secret:
            fresh = secrets.token_urlsafe(_SECRET_BYTES)
            self._cached_secret = await self._database.access_write(
                lambda access: access.secret_setting_once(_SECRET, fresh)
            )
        return self._cached_secret


def digest(token: str) -> str:
    """The SHA-256 of a token or key, to be stored: it is random enough that no slow hash is needed."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _login(claims: dict[str, Any]) -> Login:
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    match claims:
        case {"role": "admin", "sub": subject}:
            return Login(subject, None, expires_at)
        case {"role": "member", "sub": subject, "store": store}:
            return Login(subject, store, expires_at)
        case _:
            raise NotAuthenticated("Invalid JWT Token")
