from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook

from loyalty.webhooks.signing import (
    HeaderMissingError,
    SignatureError,
    StaleError,
    VerificationError,
    new_secret,
    sign,
    verify,
)

BODY = '{"messageId":"m-1","data":{"amount":12.50,"name":"Łódź"}}'.encode()
NOW = datetime.now(UTC)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9, minutes=-30))])
def test_an_independent_library_accepts_our_signature_whatever_the_zone(zone):
    secret, now = new_secret(), datetime.now(zone)  # the library compares with its own clock, to five minutes

    headers = sign([secret], "m-1", now, BODY)

    assert Webhook(secret).verify(BODY, headers)["messageId"] == "m-1"


def test_the_signature_of_an_independent_library_is_accepted():
    secret = new_secret()
    headers = sign([secret], "m-1", NOW, BODY)
    theirs = Webhook(secret).sign("m-1", NOW, BODY.decode())

    verify([secret], {**headers, "webhook-signature": theirs}, BODY, now=NOW)

    assert headers["webhook-signature"] == theirs


def test_both_secrets_are_valid_while_one_is_rotated():
    old, new, now = new_secret(), new_secret(), datetime.now(UTC)

    headers = sign([new, old], "m-1", now, BODY)

    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers)
        verify([secret], headers, BODY, now=now)


def test_two_secrets_are_never_the_same():
    secrets = {new_secret() for _ in range(50)}

    assert len(secrets) == 50
    assert all(secret.startswith("whsec_") for secret in secrets)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_not base64!",
        "whsec_" + "QQ" * 200,
        pytest.param(new_secret().removeprefix("whsec_"), id="a secret without its prefix"),
    ],
)
def test_a_secret_of_another_form_is_refused(secret):
    with pytest.raises(ValueError, match="whsec_ and the base64 of 24 to 64 bytes"):
        sign([secret], "m-1", NOW, BODY)


def test_nothing_is_sent_unsigned():
    with pytest.raises(ValueError, match="at least one secret"):
        sign([], "m-1", NOW, BODY)


def test_a_time_without_an_offset_is_not_signed():
    with pytest.raises(ValueError, match="needs an offset"):
        sign([new_secret()], "m-1", NOW.replace(tzinfo=None), BODY)


@pytest.mark.parametrize("age", [timedelta(minutes=-4), timedelta(0), timedelta(minutes=4)])
def test_a_clock_that_is_a_few_minutes_off_is_accepted(age):
    secret = new_secret()
    headers = sign([secret], "m-1", NOW - age, BODY)

    verify([secret], {name.upper(): value for name, value in headers.items()}, BODY, now=NOW)


@pytest.mark.parametrize(("age", "said"), [(timedelta(minutes=6), "old"), (timedelta(minutes=-6), "ahead")])
def test_a_replayed_webhook_is_refused(age, said):
    secret = new_secret()
    headers = sign([secret], "m-1", NOW - age, BODY)

    with pytest.raises(StaleError, match=said):
        verify([secret], headers, BODY, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "m-2"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v1a,é"},
        {"webhook-timestamp": str(int(NOW.timestamp()) - 1)},
    ],
)
def test_changed_headers_are_refused(change):
    secret = new_secret()
    headers = sign([secret], "m-1", NOW, BODY) | change

    with pytest.raises(SignatureError):
        verify([secret], headers, BODY, now=NOW)


def test_a_changed_body_and_a_foreign_secret_are_refused():
    secret = new_secret()
    headers = sign([secret], "m-1", NOW, BODY)

    with pytest.raises(SignatureError):
        verify([secret], headers, BODY + b" ", now=NOW)
    with pytest.raises(SignatureError):
        verify([new_secret()], headers, BODY, now=NOW)


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(header):
    secret = new_secret()
    headers = sign([secret], "m-1", NOW, BODY)
    del headers[header]

    with pytest.raises(HeaderMissingError, match=header):
        verify([secret], headers, BODY, now=NOW)


@pytest.mark.parametrize("timestamp", ["soon", "-5", "1e9", "²", "9" * 400, "1 "])
def test_an_unreadable_timestamp_is_refused(timestamp):
    secret = new_secret()
    headers = sign([secret], "m-1", NOW, BODY) | {"webhook-timestamp": timestamp}

    with pytest.raises(VerificationError):
        verify([secret], headers, BODY, now=NOW)
