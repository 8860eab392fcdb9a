"""The form of a new event type: its name, and a row for each field of its body."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from console.pages.forms import Field, Form, choices
from console.security.form_values import FormValues
from workbench.event_types.fields import MOST_FIELDS

EMPTY_ROWS: Final = 4
"""Empty rows below the filled ones."""

SAMPLE = Form(
    [
        Field(
            "sample",
            "Sample event",
            "code",
            hint="JSON or YAML: a whole report of an event, its body alone, or a list of several.",
        )
    ]
)

_TYPES: Final[Mapping[str, str]] = {
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "date": "date",
    "datetime": "date and time, with offset",
    "object": "object",
    "collection": "list",
    "any": "anything",
}
_COLUMNS: Final = ("path", "type", "required", "choices", "description")
_HEAD: Final = (
    Field("eventType", "Name", required=True, hint="As it is reported: 1 to 64 letters, digits, _ . or -"),
    Field("name", "Title", hint="What happened, for people."),
)


def event_type_form(rows: Sequence[Mapping[str, str]] = ()) -> Form:
    """Return the form with a row for each of these, by column, and empty ones."""
    shown = [*rows, *[{}] * max(0, min(EMPTY_ROWS, MOST_FIELDS - len(rows)))]
    fields = [each for index, row in enumerate(shown) for each in _row(index, row)]
    return Form([*_HEAD, *fields])


def proposed_form(proposal: Mapping[str, Any]) -> Form:
    """Return the form with the fields proposed from a sample."""
    rows = [
        {"path": each["path"], "type": each["type"], "required": "true" if each["required"] else ""}
        for each in proposal["fields"]
    ]
    return event_type_form(rows).shown({"eventType": proposal["eventType"], "name": proposal["name"]})


def sent_form(values: FormValues) -> Form:
    """Return the form as it was sent, without empty rows in between."""
    rows: dict[str, dict[str, str]] = {}
    for name, value in values.fields:
        match name.split("."):
            case ["fields", index, column] if column in _COLUMNS:
                rows.setdefault(index, {})[column] = value.strip()
            case _:
                pass
    filled = [row for row in rows.values() if any(row.get(name) for name in _COLUMNS if name != "type")]
    form = event_type_form(filled)
    head = {each.name: values.first(each.name).strip() for each in _HEAD}
    return replace(form.shown(head), key=values.first("_key"))


def event_type_body(form: Form) -> dict[str, Any]:
    """Return the body that the form sends to the API."""
    values = {each.name: each.value for each in form.fields}
    rows = [
        {
            "path": row[0].value,
            "type": row[1].value,
            "required": bool(row[2].value),
            "choices": [each.strip() for each in row[3].value.split(",") if each.strip()],
            "description": row[4].value,
        }
        for row in rows_of(form)
        if any(each.value for each in row if not each.name.endswith(".type"))
    ]
    return {"eventType": values["eventType"], "name": values["name"], "fields": rows}


def rows_of(form: Form) -> list[Sequence[Field]]:
    """Return the fields of the form's rows."""
    cells = form.fields[len(_HEAD) :]
    return [cells[start : start + len(_COLUMNS)] for start in range(0, len(cells), len(_COLUMNS))]


def _row(index: int, row: Mapping[str, str]) -> list[Field]:
    def named(column: str) -> str:
        return f"fields.{index}.{column}"

    type_ = row.get("type") or "text"
    known = _TYPES if type_ in _TYPES else {**_TYPES, **choices([type_])}
    number = index + 1
    return [
        Field(named("path"), f"Field {number}", value=row.get("path", "")),
        Field(named("type"), f"Type of field {number}", "choice", required=True, choices=known, value=type_),
        Field(named("required"), f"Field {number} is required", "yes_no", value=row.get("required", "")),
        Field(named("choices"), f"Choices of field {number}", value=row.get("choices", "")),
        Field(named("description"), f"Description of field {number}", value=row.get("description", "")),
    ]
