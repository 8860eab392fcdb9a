"""Commands that start at once.

Typer turns every argument into its type by pydantic, whose import takes longer than checking a program. Paths, words
and switches need none of it; whatever else is given goes Typer's way, which has the words for what is wrong.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

if TYPE_CHECKING:
    from typer._click.core import Context, Parameter

_Process: TypeAlias = Callable[["Context", Any], Any]


class SwiftCommand(TyperCommand):
    """A command that imports pydantic only for arguments that need it."""

    def get_params(self, ctx: "Context") -> list["Parameter"]:
        return _swift(super().get_params(ctx))


class SwiftGroup(TyperGroup):
    """The same for what stands before the name of a command."""

    def get_params(self, ctx: "Context") -> list["Parameter"]:
        return _swift(super().get_params(ctx))


def _swift(parameters: list["Parameter"]) -> list["Parameter"]:
    for parameter in parameters:
        if isinstance(parameter, TyperArgument | TyperOption) and "process_value" not in vars(parameter):
            process = partial(_process, parameter, parameter.process_value)
            parameter.process_value = process  # type: ignore[method-assign]  # there is no hook for it
    return parameters


def _process(parameter: TyperArgument | TyperOption, slowly: _Process, context: "Context", value: Any) -> Any:
    """A value as its command takes it."""
    wanted = parameter.type_descriptor.annotation
    is_left_out = value is None and not parameter.required
    if not is_left_out and (value is None or not isinstance(wanted, type)):
        return slowly(context, value)
    if isinstance(value, str) and (issubclass(wanted, Path) or (issubclass(wanted, StrEnum) and value in list(wanted))):
        value = wanted(value)
    if value is not None and not isinstance(value, wanted):
        return slowly(context, value)
    return value if parameter.callback is None else parameter.callback(context, parameter, value)
