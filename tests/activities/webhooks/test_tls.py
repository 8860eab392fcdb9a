"""The webhook client speaks TLS with the name of the URL, and says what is wrong with it."""

import asyncio
import shutil
import ssl
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import uvloop

from activities.webhooks.client import Attempt, WebhookClient
from tests.kit.receiver import Receiver
from tests.kit.webhook_client import LOOPBACK, SOON, post, resolving

CERTIFICATE_FOR_A_DAY = (
    "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 1 "
    "-subj /CN=partner.example -addext subjectAltName=DNS:partner.example"
)


@pytest.fixture
def identity(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS for `partner.example`: the server's side, and a client's that trusts it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl command here to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [openssl, *CERTIFICATE_FOR_A_DAY.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)


async def test_tls_is_with_the_name_of_the_url(identity, monkeypatch):
    server, trusting = identity
    resolving(monkeypatch, "127.0.0.1")
    names: list[str | None] = []
    server.sni_callback = lambda connection, name, context: names.append(name)

    with Receiver(tls=server) as receiver:
        async with WebhookClient(LOOPBACK, tls=trusting) as client:
            attempts = [await post(client, f"https://partner.example:{receiver.port}/hook") for _ in range(2)]
            wrong = await post(client, f"https://other.example:{receiver.port}/hook")

    assert [attempt.error for attempt in attempts] == [None, None]
    assert names == ["partner.example", "other.example"]
    assert "the certificate of other.example is not valid" in (wrong.error or "")


async def test_an_untrusted_certificate_is_refused(identity, client, monkeypatch):
    server, _ = identity
    resolving(monkeypatch, "127.0.0.1")

    with Receiver(tls=server) as receiver:
        attempt = await post(client, f"https://partner.example:{receiver.port}/hook")

    assert "the certificate of partner.example is not valid" in (attempt.error or "")
    assert receiver.requests == []


async def test_tls_with_a_server_without_it_is_reported(client, receiver):
    attempt = await post(client, receiver.url.replace("http:", "https:"), timedelta(seconds=5))

    assert "no TLS with 127.0.0.1" in (attempt.error or "")


async def test_a_handshake_that_stalls_is_given_up_at_the_timeout(client):
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    attempt = await post(client, f"https://127.0.0.1:{port}/", SOON)
    server.close()

    assert attempt.error == "no answer within 0.4 s"


def test_it_works_on_uvloop_as_well(receiver, identity):
    server, trusting = identity
    trusting.check_hostname = False

    async def deliver() -> list[Attempt]:
        with Receiver(tls=server) as secured:
            async with WebhookClient(LOOPBACK, tls=trusting) as client:
                plain = await post(client, receiver.url)
                refused = await post(client, receiver.url.replace("http:", "https:"), timedelta(seconds=5))
                return [plain, await post(client, secured.url), await post(client, secured.url), refused]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        attempts = runner.run(deliver())

    assert [attempt.delivered for attempt in attempts] == [True, True, True, False]
