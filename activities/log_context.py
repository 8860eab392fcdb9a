"""The context of an activity's log lines: its workflow, its activity, and its event or delivery."""

from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from loyalty.references import DeliveryRef, EventRef
from telemetry.logs import bind_to_log
from telemetry.tracing import trace_id


class LogContext(Interceptor):
    """Binds the ids of an activity to the lines that are logged in it."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the interface's
        """Wrap the execution of an activity in the binding."""
        return _BindIds(next)


class _BindIds(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the interface's
        info = activity.info()
        bind_to_log(workflow_id=info.workflow_id, activity=info.activity_type)
        if (trace := trace_id()) is not None:
            bind_to_log(trace_id=trace)
        match input.args[0] if input.args else None:
            case EventRef(store=store, id=event_id):
                bind_to_log(event_id=event_id, store=store)
            case DeliveryRef(store=store, id=delivery_id):
                bind_to_log(delivery_id=delivery_id, store=store)
            case _:
                pass  # the clock and batches have no single event
        return await self.next.execute_activity(input)
