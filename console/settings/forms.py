"""The form of the rules for corrections: a row for each reason, and whether every change by hand needs one."""

from collections.abc import Mapping, Sequence
from typing import Any

from console.pages.forms import Field, Form
from console.security.form_values import FormValues

_ROWS = "settings.reasons"
REQUIRED = Field("settings.required", "Every change by hand needs one of these reasons", "yes_no")
_EMPTY: Mapping[str, Any] = {"code": "", "title": "", "needsComment": False, "active": True}


def rules_form(reasons: Sequence[Mapping[str, Any]], *, required: bool, spare: int = 1) -> Form:
    """Return the form with these reasons, and empty rows."""
    rows = [*reasons, *[_EMPTY] * spare]
    fields = [field for number, each in enumerate(rows) for field in _row(number, each)]
    return Form([*fields, REQUIRED]).shown({field.name: field.value for field in fields} | {REQUIRED.name: required})


def sent_rules(sent: FormValues) -> Form:
    """Return the form as it was sent, without empty rows, and renumbered."""
    rows: dict[str, dict[str, Any]] = {}
    for name, value in sent.fields:
        if name.startswith(f"{_ROWS}."):
            number, _, part = name.removeprefix(f"{_ROWS}.").partition(".")
            rows.setdefault(number, {})[part] = value.strip()
    given = [row for row in rows.values() if row.get("code") or row.get("title")]
    whole = [{**_EMPTY, "active": False, **row} for row in given]
    return rules_form(whole, required=sent.has(REQUIRED.name), spare=0)


def _row(number: int, reason: Mapping[str, Any]) -> tuple[Field, ...]:
    name, title = f"{_ROWS}.{number}", f"Reason {number + 1}"
    return (
        Field(f"{name}.code", f"{title}: code", value=str(reason["code"]), empty="empty"),
        Field(f"{name}.title", f"{title}: title", value=str(reason["title"]), empty="empty"),
        Field(f"{name}.needsComment", f"{title}: needs a comment", "yes_no", value=_yes(reason["needsComment"])),
        Field(f"{name}.active", f"{title}: may be named", "yes_no", value=_yes(reason["active"])),
    )


def _yes(value: Any) -> str:
    return "true" if value in (True, "true", "on") else ""
