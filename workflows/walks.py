"""Temporal's walks through all that it hands to workflows and takes from them, spared where they find nothing to do.

Its Python worker goes six times through every workflow task for what a codec or an external storage would make of its
payloads, whether there is one or not. Without either that changes nothing, and costs a tenth of what an event costs.
There is no setting for it, so the two functions are replaced when this module is imported.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from temporalio.bridge import worker as bridge
from temporalio.converter import DataConverter
from temporalio.converter._extstore import StorageOperationMetrics

Walk = Callable[..., Awaitable[StorageOperationMetrics]]


def if_needed(walk: Walk) -> Walk:
    """The same walk, not begun for a converter that has neither codec nor storage."""

    @wraps(walk)
    async def begin(message: Any, converter: DataConverter, **how: Any) -> StorageOperationMetrics:
        if converter.payload_codec is None and converter.external_storage is None:
            return StorageOperationMetrics()
        return await walk(message, converter, **how)

    return begin


bridge.decode_activation = if_needed(bridge.decode_activation)
bridge.encode_completion = if_needed(bridge.encode_completion)
