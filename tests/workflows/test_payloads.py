"""Payloads are the same JSON as those of Temporal's default converter, so each reads the other's."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter

from loyalty import references
from loyalty.references import (
    BatchOptions,
    BatchResult,
    DeliveryAttempt,
    DeliveryRef,
    DueBatch,
    ErasurePass,
    EventOutcome,
    EventRef,
    ExportProgress,
    ExportRef,
    ImportProgress,
    ImportRef,
    MergeOutcome,
    MergeRef,
    NextDue,
    NoticeProgress,
    ResendProgress,
    ResendRef,
    RetentionPass,
    StepResult,
)
from workflows.payloads import CONVERTER

EVENT = EventRef("DEFAULT", "e1", "purchase", "m1", 3)
DELIVERY = DeliveryRef("DEFAULT", "d1", "CustomerRegistered", slow=True)

VALUES: list[Any] = [
    EVENT,
    DELIVERY,
    StepResult(),
    StepResult(["+1 zł"], [EVENT, EVENT], [DELIVERY], True, "why", ["reactor/points"], ["award_points"]),
    StepResult(waits=True, owner="batch/DEFAULT/b1"),
    BatchOptions(),
    BatchResult(["purchase e1: +1 points"], [DELIVERY], True, ["e2"]),
    EventOutcome("applied", ["reactor/points"], []),
    DeliveryAttempt(False, 5.0, "answered 500"),
    DeliveryAttempt(True),
    DueBatch([EVENT], more=True),
    RetentionPass("DEFAULT", begin_at=datetime(2024, 5, 1, 9, 30, tzinfo=UTC), after_id="e1", removed=3),
    ErasurePass("DEFAULT", "m1", rows=200, waits=True),
    ResendRef("DEFAULT", "r1"),
    ResendProgress(100, 50, 49, is_done=False),
    NoticeProgress(500, 12, 1.5),
    MergeRef("DEFAULT", "g1"),
    MergeOutcome("waiting"),
    ImportRef("DEFAULT", "i1"),
    ImportProgress("running", 100, 90, 5, 5, 4096, 8192),
    ExportRef("DEFAULT", "x1"),
    ExportProgress("done", 7),
    NextDue(datetime(2024, 5, 1, 9, 30, 0, 250, tzinfo=UTC)),
    NextDue(),
    [EVENT, EVENT],
    datetime(2024, 5, 1, tzinfo=UTC),
    "a word",
    7,
    1.5,
    True,
    None,
    b"bytes",
]
ours, theirs = CONVERTER.payload_converter, DataConverter.default.payload_converter


def _hint(value: Any) -> Any:
    return list[EventRef] if isinstance(value, list) else type(value)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_is_written_as_temporal_writes_it(value: Any) -> None:
    assert ours.to_payloads([value]) == theirs.to_payloads([value])


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_is_read_as_temporal_reads_it(value: Any) -> None:
    payloads = theirs.to_payloads([value])

    read = ours.from_payloads(payloads, [_hint(value)])

    assert read == theirs.from_payloads(payloads, [_hint(value)]) == [value]
    assert ours.from_payloads(payloads) == theirs.from_payloads(payloads)


def test_every_reference_is_among_the_values() -> None:
    known = {kind for kind in vars(references).values() if dataclasses.is_dataclass(kind)}

    assert known <= {type(value) for value in VALUES}


def test_unknown_fields_of_a_newer_worker_are_ignored() -> None:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b'{"delivered": true, "mood": "good"}')

    assert ours.from_payload(payload, DeliveryAttempt) == DeliveryAttempt(True)


def test_a_field_that_an_older_worker_does_not_send_has_its_default() -> None:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b'{"did": ["+1"]}')

    assert ours.from_payload(payload, StepResult) == StepResult(["+1"])


def test_a_payload_that_is_not_json_is_a_conversion_error() -> None:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b"{")

    with pytest.raises(RuntimeError, match="could not be converted"):
        ours.from_payload(payload, StepResult)
