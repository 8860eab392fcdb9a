"""The webhook client refuses private addresses, on the address that it really dials."""

from datetime import timedelta

import pytest

from activities.webhooks.client import WebhookClient
from tests.kit.webhook_client import post, resolving


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "0.0.0.0",
        "0",
        "localhost",
        "LocalHost.",
        "169.254.169.254",
        "100.64.0.1",
        "168.63.129.16",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::1]",
        "[fec0::1]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "\uff11\uff12\uff17.0.0.1",
    ],
)
async def test_a_private_address_is_refused_in_every_notation(receiver, host):
    async with WebhookClient() as guarded:
        attempt = await post(guarded, f"http://{host}:{receiver.port}/hook", timedelta(seconds=5))

    assert (attempt.delivered, attempt.status) == (False, None)
    assert "LAUREL_WEBHOOK_ALLOW" in (attempt.error or "") or "has no address" in (attempt.error or "")
    assert receiver.requests == []


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("8.8.8.8", "127.0.0.1"),
        ("127.0.0.1", "8.8.8.8"),
        ("8.8.8.8", "fec0::1"),
        ("fe80::1%eth0",),
    ],
)
async def test_one_private_answer_among_public_ones_refuses_the_name(receiver, monkeypatch, addresses):
    resolving(monkeypatch, *addresses)

    async with WebhookClient() as guarded:
        attempt = await post(guarded, f"http://partner.example:{receiver.port}/hook")

    assert "(of partner.example)" in (attempt.error or "")
    assert "LAUREL_WEBHOOK_ALLOW" in (attempt.error or "")
    assert receiver.requests == []


async def test_the_checked_address_is_the_one_connected_to_and_resolved_once(client, receiver, monkeypatch):
    asked = resolving(monkeypatch, "127.0.0.1")

    attempt = await post(client, f"http://partner.example:{receiver.port}/hook")

    assert attempt.delivered
    assert asked == ["partner.example"]
    assert receiver.requests[0].headers["host"] == f"partner.example:{receiver.port}"


async def test_the_next_address_is_dialled_when_one_is_dead(client, receiver, monkeypatch):
    resolving(monkeypatch, "127.0.0.2", "127.0.0.1")

    attempt = await post(client, f"http://partner.example:{receiver.port}/hook")

    assert attempt.delivered


async def test_a_name_with_no_answers_is_reported(client, monkeypatch):
    resolving(monkeypatch)

    attempt = await post(client, "http://partner.example/hook")

    assert attempt.error == "the name partner.example has no address"
