"""Secrets in the database, encrypted with keys that the database does not hold.

A value is `enc1:KEY:TEXT`: the id of its key, and nonce and ciphertext of AES-256-GCM in base64. It is bound to its
store and purpose: moved elsewhere, it cannot be decrypted. A value without that prefix is not encrypted.
"""

import base64
import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

PREFIX = "enc1:"
KEY_BYTES = 32
SETTING = "LAUREL_SECRET_KEY"

_NONCE_BYTES = 12
_OPTION = "laurel_secret_keys"
_CURE = f"add the key that it was encrypted with to {SETTING}, or put it into the secret-key file of the data folder"


class SecretKeyError(Exception):
    """A secret cannot be read; the message says what to do."""


class SecretChanged(SecretKeyError):
    """A secret was changed or moved in the database: no key decrypts it."""


class SecretKeys:
    """The keys of an installation: the first encrypts, all decrypt. Without any, secrets are stored as they are."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        """Use keys of `KEY_BYTES`; raise ValueError for others."""
        self._ciphers = {_id_of(key): AESGCM(key) for key in keys if _is_long_enough(key)}
        self._first = next(iter(self._ciphers), "")

    @classmethod
    def parse(cls, text: str) -> "SecretKeys":
        """Read keys in base64, separated by commas; raise ValueError with the cure."""
        return cls([_decoded(part.strip()) for part in text.split(",") if part.strip()])

    @property
    def first(self) -> str:
        """The id of the key that encrypts; empty: there is none."""
        return self._first

    def encrypt(self, text: str, *, of: str) -> str:
        """Return a text as it is stored; `of` binds it to its store and purpose."""
        if not self._first:
            return text
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._first].encrypt(nonce, text.encode(), of.encode())
        return f"{PREFIX}{self._first}:{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, stored: str, *, of: str) -> str:
        """Return the text that was stored; raise SecretKeyError."""
        if not stored.startswith(PREFIX):
            return stored
        key, _, sealed = stored.removeprefix(PREFIX).partition(":")
        cipher = self._ciphers.get(key)
        if cipher is None:
            raise SecretKeyError(f"a secret of {of} needs the key {key}, which is missing: {_CURE}")
        raw = base64.b64decode(sealed)
        try:
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], of.encode()).decode()
        except InvalidTag:
            raise SecretChanged(f"a secret of {of} was changed, or belongs elsewhere: restore a backup") from None

    def is_current(self, stored: str) -> bool:
        """Return whether a value is encrypted with the first key."""
        return stored.startswith(f"{PREFIX}{self._first}:") if self._first else not stored.startswith(PREFIX)


NO_KEYS = SecretKeys()


def new_key() -> str:
    """Return a new key, in the form of `LAUREL_SECRET_KEY`."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def options(keys: SecretKeys) -> dict[str, object]:
    """Return the execution options that give the keys to connections of an engine."""
    return {_OPTION: keys}


def keys_of(connection: Connection) -> SecretKeys:
    """Return the keys of a connection."""
    keys = connection.get_execution_options().get(_OPTION, NO_KEYS)
    assert isinstance(keys, SecretKeys)
    return keys


def _id_of(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]


def _is_long_enough(key: bytes) -> bool:
    if len(key) != KEY_BYTES:
        raise ValueError(f"{SETTING}: a key has {KEY_BYTES} bytes in base64: make one by `laurel secrets key`")
    return True


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        raise ValueError(f"{SETTING}: a key is not base64: make one by `laurel secrets key`") from None
