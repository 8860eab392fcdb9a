"""The workflow of an export: write the file to its end, and show the progress."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.exports import ExportActivities
    from loyalty.references import ExportProgress, ExportRef
    from workflows.activity_options import RETRY_FOREVER
    from workflows.failures import message_of
    from workflows.search_attributes import OUTCOME

WRITE_TIMEOUT = timedelta(seconds=30)
"""Timeout of one attempt to write some pages; after 2 seconds it starts no further page."""

LOOKS = 200
"""Activities after which the workflow continues as new, so that its history stays short."""


@workflow.defn(name="Export")
class Export:
    """Writes one file. It ends when the file is written, or the export failed."""

    def __init__(self) -> None:
        self._to_go_on = False

    @workflow.signal
    def go_on(self) -> None:
        """Check once more before it ends: the export was resumed."""
        self._to_go_on = True

    @workflow.run
    async def run(self, ref: ExportRef) -> ExportProgress:
        """Write the file to its end; return the progress."""
        while True:
            self._to_go_on = False
            progress = await self._write(ref)
            if not self._to_go_on:
                break
        workflow.upsert_search_attributes([OUTCOME.value_set(progress.status)])
        return progress

    async def _write(self, ref: ExportRef) -> ExportProgress:
        progress = ExportProgress("pending")
        try:
            for _ in range(LOOKS):
                progress = await workflow.execute_activity_method(
                    ExportActivities.write_export,
                    ref,
                    start_to_close_timeout=WRITE_TIMEOUT,
                    retry_policy=RETRY_FOREVER,
                    summary=f"from row {progress.rows + 1}",
                )
                workflow.set_current_details(f"{progress.status}: {progress.rows} rows written")
                if progress.status != "pending":
                    return progress
            workflow.continue_as_new(ref)
        except ActivityError as failure:
            await workflow.execute_activity_method(
                ExportActivities.fail_export,
                args=[ref, message_of(failure)],
                start_to_close_timeout=WRITE_TIMEOUT,
                retry_policy=RETRY_FOREVER,
                summary="say why not",
            )
            return ExportProgress("failed", progress.rows)
