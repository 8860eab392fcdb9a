"""Custom attributes in requests, validated against the program's declarations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import rules
from api.http.errors import InputFault
from api.members.schemas import MAX_ATTRIBUTE_TEXT, AttributeToSet, CustomerFields
from loyalty.program.attributes import UnfitValue, typed_value
from loyalty.program.program import Program
from rules.storable import find_excess


def attributes_of(program: Program, customer: CustomerFields, faults: list[InputFault]) -> dict[str, Any]:
    """Return the attributes of a customer by name; None removes one. Faults are added to `faults`."""
    found = attributes_to_set(program, customer.custom_attributes or (), "customer.customAttributes", faults)
    by_id = {program.id_of("attribute", name): name for name in program.attributes}
    for number, field in enumerate(customer.custom_fields_data or ()):
        path = f"customer.customFieldsData.{number}"
        name = by_id.get(field.custom_field_schema_id, field.custom_field_schema_id)
        if name in program.attributes:
            sent = AttributeToSet(key=name, value=field.value)
            found |= _valid(program, sent, f"{path}.value", faults)
        else:
            known = ", ".join(sorted(program.attributes)) or "none"
            message = f"the program declares no such attribute: there is {known}; send others as customAttributes"
            faults.append(InputFault(message, "unknownAttribute", f"{path}.customFieldSchemaId"))
    return found


def attributes_to_set(
    program: Program, sent: Sequence[AttributeToSet], path: str, faults: list[InputFault]
) -> dict[str, Any]:
    """Return attributes by name; None removes one. The faults of each are added to `faults`."""
    found: dict[str, Any] = {}
    for number, each in enumerate(sent):
        found |= _valid(program, each, f"{path}.{number}.value", faults)
    return found


def _valid(program: Program, sent: AttributeToSet, path: str, faults: list[InputFault]) -> dict[str, Any]:
    wrong = list(_faults(program, sent, path))
    faults += wrong
    return {} if wrong else {sent.key: sent.value}


def _faults(program: Program, sent: AttributeToSet, path: str) -> Iterator[InputFault]:
    schema = program.attributes.get(sent.key)
    value = sent.value
    if value is None:
        return
    excess = find_excess(value)
    if excess is not None:
        yield InputFault(f"the value {excess.words}: send one that can be kept", "invalidAttribute", path)
    elif len(value if isinstance(value, str) else rules.exact.dumps(value)) > MAX_ATTRIBUTE_TEXT:
        yield InputFault(f"an attribute has at most {MAX_ATTRIBUTE_TEXT} characters", "invalidAttribute", path)
    elif schema is not None:
        try:
            typed_value(schema, value)
        except UnfitValue as why:
            message = f"the program refuses this value of {sent.key[:80]}: {why}; send one that fits its schema"
            yield InputFault(message, "invalidAttribute", path)
    elif not isinstance(value, str):
        message = "the program does not declare this attribute, so it is a text: send a text, or declare it"
        yield InputFault(message, "invalidAttribute", path)


def without_removed(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that are set."""
    return {name: value for name, value in attributes.items() if value is not None}
