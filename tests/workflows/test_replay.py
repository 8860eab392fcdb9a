"""Recorded histories are replayed: a change that would break running workflows fails here first."""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.kit.running import SANDBOX
from worker import WORKFLOWS
from workflows.payloads import CONVERTER

HISTORIES = Path(__file__).parent / "histories"


@pytest.mark.parametrize("file", sorted(HISTORIES.rglob("*.json")), ids=lambda f: f"{f.parent.name}/{f.stem}")
async def test_a_recorded_workflow_replays_unchanged(file: Path) -> None:
    text = await asyncio.to_thread(file.read_text)

    replayer = Replayer(workflows=WORKFLOWS, workflow_runner=SANDBOX, data_converter=CONVERTER)
    await replayer.replay_workflow(WorkflowHistory.from_json(file.stem, text))


def test_every_workflow_has_a_recorded_history() -> None:
    recorded = {file.stem.rpartition("-")[0] for file in HISTORIES.rglob("*.json")}

    assert recorded == {workflow.__name__ for workflow in WORKFLOWS}
