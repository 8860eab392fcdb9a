"""Temporal's walks through all that it hands to workflows and takes from them, spared where they find nothing to do.

Its Python worker goes six times through every workflow task for what a codec or an external storage would make of its
payloads, whether there is one or not. Without either that changes nothing, and costs a tenth of what an event costs.
There is no setting for it, so two of its functions are replaced.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.bridge import worker as bridge
from temporalio.converter import DataConverter
from temporalio.converter._extstore import StorageOperationMetrics

_decode, _encode = bridge.decode_activation, bridge.encode_completion


def spare() -> None:
    """Let workers of this process walk only where there is something to do."""
    bridge.decode_activation = if_needed(_decode)
    bridge.encode_completion = if_needed(_encode)


def if_needed(walk: Callable[..., Awaitable[StorageOperationMetrics]]) -> Any:
    """The same walk, not begun for a converter that has neither codec nor storage."""

    async def begin(message: Any, converter: DataConverter, *args: Any, **kwargs: Any) -> StorageOperationMetrics:
        if converter.payload_codec is None and converter.external_storage is None:
            return StorageOperationMetrics()
        return await walk(message, converter, *args, **kwargs)

    return begin
