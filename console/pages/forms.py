"""Forms: fields named by their paths in an API body, so that its faults are shown at their fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import rules
from api.http.error_handlers import faults_of
from api.http.faults import InputFault
from console.security.form_values import FormValues

FieldKind: TypeAlias = Literal[
    "text", "area", "code", "number", "whole", "yes_no", "choice", "moment", "json", "yaml", "password"
]

Whenever: TypeAlias = Literal["leave_out", "null", "empty"]
"""How an empty field is read into the body."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` is its path in the body: `webhookSubscription.url`; a choice has `choices`, value to label.

    The content of `yaml` is read by `read_structured`, since it may be no YAML.
    """

    name: str
    label: str
    kind: FieldKind = "text"
    required: bool = False
    hint: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    empty: Whenever = "leave_out"
    value: str = ""
    errors: Sequence[str] = ()

    @property
    def id(self) -> str:
        """The id of its input."""
        return "f-" + self.name.replace(".", "-")

    def content(self, text: str) -> Any:
        """What the body has for a text; one that is no number stays text, which the API then refuses at this field."""
        match self.kind:
            case "yes_no":
                return text in ("true", "on")
            case "number" | "whole" | "json":
                return _json_or_text(text)
            case _:
                return text


@dataclass(frozen=True, slots=True)
class Form:
    """Fields with their values and faults; `errors` are those of no field."""

    fields: Sequence[Field]
    errors: Sequence[str] = ()
    key: str = ""
    """The Idempotency-Key of the form."""

    def filled(self, values: FormValues) -> "Form":
        """Return the form with the values that were sent."""
        return replace(
            self, fields=[replace(each, value=_sent(each, values)) for each in self.fields], key=values.first("_key")
        )

    def shown(self, values: Mapping[str, Any]) -> "Form":
        """Return the form with present values, by the names of its fields."""
        return replace(
            self, fields=[replace(each, value=_text(values.get(each.name, each.value))) for each in self.fields]
        )

    def body(self) -> dict[str, Any]:
        """Return the API body that the form sends."""
        whole: dict[str, Any] = {}
        for each in self.fields:
            if each.value or each.kind == "yes_no" or each.empty == "empty":
                _put(whole, each.name.split("."), each.content(each.value))
            elif each.empty == "null":
                _put(whole, each.name.split("."), None)
        made: dict[str, Any] = _with_lists(whole)
        return made

    def refused(self, error: Exception) -> "Form":
        """Return the form with the API's faults, each at its field, or at the nearest one above its path."""
        faults = faults_of(error) or [InputFault(str(error), "", "")]
        at: dict[str, list[str]] = {}
        for fault in faults:
            name = self._field_of(fault.path)
            within = fault.path.removeprefix(f"{name}.") if self._is_yaml(name) and fault.path != name else ""
            at.setdefault(name, []).append(f"{within}: {fault.message}" if within else fault.message)
        fields = [replace(each, errors=at.get(each.name, ())) for each in self.fields]
        return replace(self, fields=fields, errors=at.get("", ()))

    @property
    def is_refused(self) -> bool:
        """Whether the form has any error."""
        return bool(self.errors) or any(each.errors for each in self.fields)

    def __getitem__(self, name: str) -> Field:
        return next(each for each in self.fields if each.name == name)

    def _is_yaml(self, name: str) -> bool:
        """Return whether a field holds a value whose parts have paths of their own."""
        return any(each.name == name and each.kind == "yaml" for each in self.fields)

    def _field_of(self, path: str) -> str:
        """Return the name of the field for a path: of the path, of one above it, or of its last step; else empty."""
        names = [each.name for each in self.fields]
        above = [name for name in names if path == name or path.startswith(f"{name}.")]
        if above:
            return max(above, key=len)
        last = path.rpartition(".")[2]
        alike = [name for name in names if name.rpartition(".")[2] == last]
        return alike[0] if len(alike) == 1 else ""


def choices(values: Iterable[str]) -> dict[str, str]:
    """Return choices whose labels are their values."""
    return {each: each for each in values}


def _sent(each: Field, values: FormValues) -> str:
    if each.kind == "yes_no":
        return "true" if values.has(each.name) else ""
    return values.first(each.name).strip() if each.kind != "password" else values.first(each.name)


def _text(value: Any) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "true"
        case str():
            return value
        case _:
            return str(rules.exact.dumps(value))


def _json_or_text(text: str) -> Any:
    try:
        return rules.exact.loads(text)
    except rules.MalformedJson:
        return text


def _put(whole: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for step in path[:-1]:
        whole = whole.setdefault(step, {})
    whole[path[-1]] = value


def _with_lists(value: Any) -> Any:
    """Return the value with objects whose keys are numbers as lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(each) for key, each in value.items()}
    if inner and all(key.isdecimal() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
