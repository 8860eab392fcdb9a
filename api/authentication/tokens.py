"""Access tokens, signed and short-lived; refresh tokens, stored as hashes and rotated at every use."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from typing_extensions import TypedDict

from api.http.errors import NotAuthenticated
from database import Access, Database, Transaction
from database.sessions import Session, Sessions
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
class AccessToken:
    """The caller and the session of a token. `store` None: an administrator."""

    subject: str
    store: str | None
    session: str
    expires_at: datetime


class Tokens:
    """Issues, refreshes, revokes and reads tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cached_secret = ""

    async def issue_to_member(
        self, member_id: str, store: str, *, password_hash: str | None = None, address: str | None = None
    ) -> TokenPair:
        """Return the first pair of tokens of a new session of a member.

        Raise NotAuthenticated if the member is not active, or their password has another hash by now.
        """
        session, refresh_token = _new_session(member_id, store, address)

        def add(tx: Transaction) -> None:
            tx.members.lock_member(member_id)  # deactivating the member, or setting a password, ends earlier sessions
            if password_hash is not None:
                known = tx.members.password_hash(member_id) if tx.members.is_active(member_id) else None
                if known != password_hash:
                    raise NotAuthenticated("Bad credentials.")
            Sessions(tx.connection).add(session, token_hash=digest(refresh_token))

        await self._database.store(store).write(add)
        return await self._pair(session, refresh_token)

    async def issue_to_admin(
        self, admin_id: str, *, password_hash: str | None = None, address: str | None = None
    ) -> TokenPair:
        """Return the first pair of tokens of a new session of an administrator.

        Raise NotAuthenticated if the administrator is disabled, or their password has another hash by now.
        """
        session, refresh_token = _new_session(admin_id, None, address)

        def add(access: Access) -> None:
            access.lock()  # a concurrent password change ends earlier sessions
            admin = access.admins.get(admin_id)
            if admin is None or not admin.active or password_hash not in (None, admin.password_hash):
                raise NotAuthenticated("Bad credentials.")
            access.sessions.add(session, token_hash=digest(refresh_token))

        await self._database.access_write(add)
        return await self._pair(session, refresh_token)

    async def refresh(self, refresh_token: str, store: str | None) -> TokenPair:
        """New tokens for a refresh token of an admin (store None) or of a store's member; raise NotAuthenticated."""
        next_token, now = secrets.token_urlsafe(_SECRET_BYTES), datetime.now(UTC)
        session = await self._database.access_write(
            lambda access: access.sessions.refresh(
                digest(refresh_token),
                store,
                next_hash=digest(next_token),
                expires_at=now + REFRESH_TOKEN_LIFETIME,
                now=now,
            )
        )
        if session is None:
            raise NotAuthenticated("Invalid refresh token: log in again")
        return await self._pair(session, next_token)

    async def revoke(self, subject: str) -> None:
        """End every session of an administrator or member."""
        await self._database.access_write(lambda access: access.sessions.end_all_of(subject))

    async def read(self, token: str) -> AccessToken:
        """Return the caller of an access token; raise NotAuthenticated. Its session may have ended."""
        try:
            claims = jwt.decode(
                token, await self._secret(), algorithms=[_ALGORITHM], options={"require": ["exp", "sub"]}
            )
        except jwt.ExpiredSignatureError:
            raise NotAuthenticated("Expired JWT Token.") from None
        except (jwt.InvalidTokenError, UnicodeError):
            raise NotAuthenticated("Invalid JWT Token") from None
        return _access_token(claims)

    async def _pair(self, session: Session, refresh_token: str) -> TokenPair:
        now = datetime.now(UTC)
        claims: dict[str, Any] = {"sub": session.subject, "role": "admin", "sid": session.id}
        claims |= {"iat": now, "exp": now + ACCESS_TOKEN_LIFETIME}
        if session.store is not None:
            claims |= {"role": "member", "store": session.store}
        return {"token": jwt.encode(claims, await self._secret(), _ALGORITHM), "refresh_token": refresh_token}

    async def _secret(self) -> str:
        """Return the key that signs access tokens: generated once, and shared through the database."""
        if not self._cached_secret:
            fresh = secrets.token_urlsafe(_SECRET_BYTES)
            self._cached_secret = await self._database.access_write(
                lambda access: access.secret_setting_once(_SECRET, fresh)
            )
        return self._cached_secret


def digest(token: str) -> str:
    """Return the SHA-256 of a token or key, to be stored: it is random enough to need no slow hash."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _new_session(subject: str, store: str | None, address: str | None) -> tuple[Session, str]:
    """Return a session that begins now, and its first refresh token."""
    now = datetime.now(UTC)
    session = Session(new_id(), subject, store, now, now + REFRESH_TOKEN_LIFETIME, address)
    return session, secrets.token_urlsafe(_SECRET_BYTES)


def _access_token(claims: dict[str, Any]) -> AccessToken:
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    match claims:
        case {"role": "admin", "sub": str(subject), "sid": str(session)}:
            return AccessToken(subject, None, session, expires_at)
        case {"role": "member", "sub": str(subject), "store": str(store), "sid": str(session)}:
            return AccessToken(subject, store, session, expires_at)
        case _:
            raise NotAuthenticated("Invalid JWT Token")
