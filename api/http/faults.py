"""A fault of a request, and how a refusal of an operation is shown as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic.alias_generators import to_camel

from loyalty.refusals import Refusal


@dataclass(frozen=True, slots=True)
class InputFault:
    """One fault of a request; `code` is stable, `path` is dotted from the body's root."""

    message: str
    code: str
    path: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """The facts behind the message, for programs: `balance`, `needed`, ..."""


@dataclass(frozen=True, slots=True)
class FaultTemplate:
    """How a refusal is shown: `message` and `path` may contain `{refusal}` and its attributes, and `{field}`.

    `message` None: the refusal's own.
    """

    code: str
    path: str
    message: str | None = None
    parameters: Sequence[str] = ()
    """The attributes of the refusal to include for programs."""

    def fault(self, refusal: Refusal, field: str = "") -> InputFault:
        """Return the fault of a refusal, or of one field of it."""
        message = str(refusal) if self.message is None else self.message.format(refusal=refusal, field=field)
        parameters = {to_camel(name): getattr(refusal, name) for name in self.parameters}
        return InputFault(message, self.code, self.path.format(refusal=refusal, field=field), parameters)
