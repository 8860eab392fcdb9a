"""Typer commands that start without pydantic.

Typer converts every argument by pydantic, whose import takes longer than checking a program. Text, paths, enums and
switches are converted here; all other values, and invalid ones, are left to Typer, which has the error messages.
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


class FastTyperCommand(TyperCommand):
    """A command that imports pydantic only for arguments that need it."""

    def get_params(self, ctx: "Context") -> list["Parameter"]:
        return _with_fast_conversion(super().get_params(ctx))


class FastTyperGroup(TyperGroup):
    """The same for a group of commands."""

    def get_params(self, ctx: "Context") -> list["Parameter"]:
        return _with_fast_conversion(super().get_params(ctx))


def _with_fast_conversion(parameters: list["Parameter"]) -> list["Parameter"]:
    for parameter in parameters:
        if isinstance(parameter, TyperArgument | TyperOption) and "process_value" not in vars(parameter):
            process = partial(_process, parameter, parameter.process_value)
            parameter.process_value = process  # type: ignore[method-assign]  # Typer has no hook for it
    return parameters


def _process(parameter: TyperArgument | TyperOption, fallback: _Process, context: "Context", value: Any) -> Any:
    """Return the value converted to the type of its parameter."""
    wanted = parameter.type_descriptor.annotation
    is_left_out = value is None and not parameter.required
    if not is_left_out and (value is None or not isinstance(wanted, type)):
        return fallback(context, value)
    if isinstance(value, str) and (issubclass(wanted, Path) or (issubclass(wanted, StrEnum) and value in list(wanted))):
        value = wanted(value)
    if value is not None and not isinstance(value, wanted):
        return fallback(context, value)
    return value if parameter.callback is None else parameter.callback(context, parameter, value)
