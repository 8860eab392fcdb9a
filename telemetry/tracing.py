"""Traces by OpenTelemetry: one trace for each report, from HTTP through Temporal to activities and webhooks.

Off unless `start_tracing` is called; then nothing of OpenTelemetry is imported here, and nothing is done.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Tracer
    from temporalio.client import Interceptor

TRACING = "LAUREL_TRACING"
"""The variable that turns tracing on: `otlp` sends spans as the variables of OpenTelemetry say."""


class TracingUnavailable(ValueError):
    """Tracing cannot be turned on; the message gives the cure."""


@dataclass
class _Tracing:
    """The tracer and its exporter. `tracer` None: tracing is off."""

    tracer: "Tracer | None" = None


_tracing = _Tracing()


def start_tracing(setting: str | None) -> None:
    """Turn tracing on if the setting is `otlp`; raise TracingUnavailable for another one, or without the extra."""
    if not setting:
        return
    if setting != "otlp":
        raise TracingUnavailable(f"{TRACING} is {setting!r}: set it to otlp, or leave it out")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise TracingUnavailable(f"{TRACING} needs the extra otel: pip install 'laurel[otel]'") from None
    trace_to(BatchSpanProcessor(OTLPSpanExporter()))


def trace_to(processor: "SpanProcessor") -> None:
    """Trace from now on, and give spans to a processor; they are flushed when the process ends."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=Resource.create({"service.name": "laurel"}))
    provider.add_span_processor(processor)
    _tracing.tracer = provider.get_tracer("laurel")


def stop_tracing() -> None:
    """Stop tracing."""
    _tracing.tracer = None


def interceptors() -> "list[Interceptor]":
    """Return the interceptors by which Temporal's clients and workers propagate traces; none if tracing is off."""
    if _tracing.tracer is None:
        return []
    from temporalio.contrib.opentelemetry import TracingInterceptor

    return [TracingInterceptor(_tracing.tracer)]


def trace_headers() -> Mapping[str, str]:
    """Return the headers that propagate the present trace to a receiver (`traceparent`); none without a trace."""
    if _tracing.tracer is None:
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(headers)
    return headers


def trace_id() -> str | None:
    """Return the id of the present trace; None: there is none."""
    if _tracing.tracer is None:
        return None
    from opentelemetry.trace import format_trace_id, get_current_span

    context = get_current_span().get_span_context()
    return format_trace_id(context.trace_id) if context.is_valid else None


class RequestSpan:
    """The span of one request, if there is one."""

    def __init__(self, span: Any = None) -> None:
        self._span = span

    def __enter__(self) -> "RequestSpan":
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def end(self, method: str, route: str, status: int) -> None:
        """Name the span by the template of the route, and record the status of the response."""
        if self._span is None:
            return
        from opentelemetry.trace import StatusCode

        self._span.update_name(f"{method} {route}")
        self._span.set_attribute("http.request.method", method)
        self._span.set_attribute("http.route", route)
        self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            self._span.set_status(StatusCode.ERROR)


_NO_SPAN = RequestSpan()


def request_span(method: str, headers: Iterable[tuple[bytes, bytes]]) -> AbstractContextManager[RequestSpan]:
    """Return the span of a request, which continues the trace of its `traceparent`; it has neither URL nor body."""
    return _NO_SPAN if _tracing.tracer is None else _span_of(_tracing.tracer, method, headers)


@contextmanager
def _span_of(tracer: "Tracer", method: str, headers: Iterable[tuple[bytes, bytes]]) -> Iterator[RequestSpan]:
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    given = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    context = TraceContextTextMapPropagator().extract(given)
    with tracer.start_as_current_span(method, context=context, kind=SpanKind.SERVER, record_exception=False) as span:
        yield RequestSpan(span)
