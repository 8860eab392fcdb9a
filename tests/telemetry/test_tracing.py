"""One trace from a report over HTTP through Temporal to activities and webhooks; none unless it is turned on."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import worker
from api.app import create_app
from commands.shared.serving import services
from database import Database
from telemetry import tracing
from telemetry.tracing import TracingUnavailable, start_tracing, stop_tracing, trace_headers, trace_to
from tests.kit.api import KEY, _add_admin
from tests.kit.programs import files
from tests.kit.receiver import Receiver
from tests.kit.running import running
from workflows.system_state import SystemMonitor

CLIENTS_TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{CLIENTS_TRACE}-b7ad6b7169203331-01"
REPORT = {
    "event": {
        "type": "purchase",
        "eventDate": "2026-05-01T00:00:00",
        "customerData": {"email": "anna@example.com"},
        "body": {"total": 30},
    }
}


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans that are made in the test."""
    exporter = InMemorySpanExporter()
    trace_to(SimpleSpanProcessor(exporter))
    yield exporter
    stop_tracing()


async def report(database: Database, temporal_address: str, receiver: Receiver) -> str:
    """Report a purchase over HTTP to a running Laurel, and return the store once its webhooks are delivered."""
    client = await worker.connect_to(temporal_address)
    async with running(database, client, files()) as laurel:
        await database.access_write(_add_admin)
        await laurel.subscribe("AvailablePointsAmountChanged", receiver.url)
        parts = laurel.parts
        monitor = SystemMonitor(database, client)
        app = create_app(services(database, parts.programs, client, monitor, allow=(), temporal_ui=None))
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://laurel") as http:
            answer = await http.post(
                f"/api/{laurel.store}/customEvent",
                json=REPORT,
                headers={"Authorization": KEY, "traceparent": TRACEPARENT, "Prefer": "wait=20"},
            )
        assert answer.json()["outcome"]["status"] == "applied", answer.text
        await client.get_workflow_handle(f"event/{laurel.store}/{answer.json()['customEventId']}").result()
        return laurel.store


async def test_one_trace_goes_from_the_report_to_the_webhook(
    sqlite_database: Database, temporal_address: str, receiver: Receiver, spans: InMemorySpanExporter
):
    await report(sqlite_database, temporal_address, receiver)

    ours = [span for span in spans.get_finished_spans() if _trace(span) == CLIENTS_TRACE]
    names = {span.name for span in ours}
    assert {
        "POST /api/{storeCode}/customEvent",
        "StartWorkflow:ReactToEvent",
        "RunWorkflow:ReactToEvent",
        "RunActivity:decide",
        "RunActivity:award_points",
        "RunActivity:deliver_webhook",
        "CompleteWorkflow:ReactToEvent",
    } <= names
    known = {span.context.span_id for span in ours if span.context is not None}
    orphans = {span.name for span in ours if span.parent is not None and span.parent.span_id not in known}
    assert orphans == {"POST /api/{storeCode}/customEvent"}, "its parent is the client's"
    assert {request.headers["traceparent"].split("-")[1] for request in receiver.requests} == {CLIENTS_TRACE}


async def test_no_span_holds_personal_data(
    sqlite_database: Database, temporal_address: str, receiver: Receiver, spans: InMemorySpanExporter
):
    await report(sqlite_database, temporal_address, receiver)

    assert "anna@example.com" not in " ".join(span.to_json() for span in spans.get_finished_spans())


async def test_without_tracing_webhooks_carry_no_trace(
    sqlite_database: Database, temporal_address: str, receiver: Receiver
):
    await report(sqlite_database, temporal_address, receiver)

    assert receiver.requests
    assert all("traceparent" not in request.headers for request in receiver.requests)
    assert trace_headers() == {}


def test_without_tracing_nothing_of_the_sdk_is_imported():
    script = "import sys, worker, api.app; sys.exit(any(name.startswith('opentelemetry.sdk') for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0


def test_another_setting_is_refused_with_the_cure():
    with pytest.raises(TracingUnavailable, match="otlp"):
        start_tracing("zipkin")


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)

    with pytest.raises(TracingUnavailable, match=r"laurel\[otel\]"):
        start_tracing("otlp")

    assert tracing.interceptors() == []


def test_otlp_starts_a_tracer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    try:
        start_tracing("otlp")
        assert tracing.interceptors()
    finally:
        stop_tracing()
    assert importlib.util.find_spec("opentelemetry.sdk") is not None


def _trace(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"
