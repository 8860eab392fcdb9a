"""Payloads are walked through for a codec, and for nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import DataConverter, PayloadCodec
from temporalio.converter._extstore import StorageOperationMetrics
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from workflows import walks
from workflows.payloads import CONVERTER


class Backwards(PayloadCodec):
    """What it encodes is unreadable until it is decoded."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [Payload(metadata={"encoding": b"backwards"}, data=each.SerializeToString()[::-1]) for each in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [Payload.FromString(each.data[::-1]) for each in payloads]


@workflow.defn
class Greet:
    @workflow.run
    async def run(self, name: str) -> str:
        return f"Hello, {name}"


async def walked(message: str, converter: DataConverter, steps: int) -> StorageOperationMetrics:
    return StorageOperationMetrics(payload_count=steps)


async def test_without_a_codec_nothing_is_walked_through() -> None:
    walk = walks.if_needed(walked)

    found = await walk("", CONVERTER, steps=3)

    assert found.payload_count == 0


async def test_for_a_codec_everything_is() -> None:
    walk = walks.if_needed(walked)

    found = await walk("", replace(CONVERTER, payload_codec=Backwards()), steps=3)

    assert found.payload_count == 3


async def test_a_worker_whose_client_has_a_codec_uses_it(temporal: Client) -> None:
    config = temporal.config()
    config["data_converter"] = replace(CONVERTER, payload_codec=Backwards())
    client, queue = Client(**config), uuid4().hex
    walks.spare()

    async with Worker(client, task_queue=queue, workflows=[Greet], workflow_runner=UnsandboxedWorkflowRunner()):
        said = await client.execute_workflow(Greet.run, "Ann", id=queue, task_queue=queue)

    assert said == "Hello, Ann"
