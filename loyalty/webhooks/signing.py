"""Signatures of webhooks by Standard Webhooks 1.0: HMAC-SHA256 of id, time and raw body."""

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

SECRET_PREFIX = "whsec_"  # noqa: S105  (what every secret begins with, none itself)
TOLERANCE = timedelta(minutes=5)

_NEW_BYTES = 32
_FEWEST_BYTES, _MOST_BYTES = 24, 64  # the standard's requirement for a key


class VerificationError(Exception):
    """The request is not a webhook that we signed."""


class HeaderMissingError(VerificationError):
    """A header that every webhook has is missing or unreadable."""

    def __init__(self, header: str) -> None:
        super().__init__(f"{header} is missing or unreadable: only a signed webhook is accepted here")
        self.header = header


class StaleError(VerificationError):
    """The request was signed too long ago, or in the future: a replay, or a clock that is wrong."""

    def __init__(self, age: timedelta) -> None:
        seconds = round(age.total_seconds())
        super().__init__(
            f"webhook-timestamp is {abs(seconds)} s {'old' if seconds > 0 else 'ahead'}, "
            f"at most {TOLERANCE.seconds} s are accepted: check this machine's clock"
        )
        self.age = age


class SignatureError(VerificationError):
    """No signature of this body matches any of the secrets."""

    def __init__(self) -> None:
        super().__init__("no webhook-signature fits: verify the raw bytes of the body, with the subscription's secret")


def new_secret() -> str:
    """Return a new random secret in the form that receivers expect: `whsec_` and base64."""
    return SECRET_PREFIX + b64encode(token_bytes(_NEW_BYTES)).decode()


def sign(secrets: Sequence[str], message_id: str, timestamp: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of a webhook, signed with each secret: two are valid during a rotation.

    Raise ValueError for a malformed secret, for no secret, and for a time without an offset.
    """
    if not secrets:
        raise ValueError("a webhook needs at least one secret to be signed with")
    if timestamp.utcoffset() is None:
        raise ValueError("a webhook's time needs an offset, else it is signed for another moment")
    seconds = str(int(timestamp.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(secret, message_id, seconds, body) for secret in secrets),
    }


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
    """Check that one of the secrets signed this body at about this time; raise a VerificationError if not."""
    named = {name.lower(): value for name, value in headers.items()}
    for header in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if not named.get(header):
            raise HeaderMissingError(header)
    seconds = named["webhook-timestamp"]
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= len("253402300799")):
        raise HeaderMissingError("webhook-timestamp")
    age = timedelta(seconds=now.astimezone(UTC).timestamp() - int(seconds))
    if abs(age) > TOLERANCE:
        raise StaleError(age)
    expected = [_signature(secret, named["webhook-id"], seconds, body).encode() for secret in secrets]
    given = [signature.encode() for signature in named["webhook-signature"].split(" ")]
    matches = [hmac.compare_digest(one, other) for one in expected for other in given]
    if not any(matches):
        raise SignatureError


def _signature(secret: str, message_id: str, seconds: str, body: bytes) -> str:
    signed = f"{message_id}.{seconds}.".encode() + body
    return "v1," + b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()


def _key(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(SECRET_PREFIX) or not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise ValueError(
            f"a webhook secret is {SECRET_PREFIX} and the base64 of {_FEWEST_BYTES} to {_MOST_BYTES} bytes"
        )
    return key
