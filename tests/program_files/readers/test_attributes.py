"""Attributes that a program declares, and what rules and effects may do with them."""

from datetime import UTC, datetime

import pytest

from program_files import check_program
from tests.program_files.cases import GOOD, PROGRAM, reactor

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DECLARED = PROGRAM + "attributes: {shoe_size: {type: number, minimum: 15}, roast: {enum: [light, dark]}}\n"


def found(text: str, program: str = DECLARED) -> list[str]:
    files = {**GOOD, "program.yaml": program.encode(), "reactors/r.yaml": reactor(text).encode()}
    return [str(problem) for problem in check_program(files, now=NOW).problems]


@pytest.mark.parametrize(
    "text",
    [
        "when: {'>': [{var: [member.attributes.shoe_size, 0]}, 40]}\nthen: [{grant_badge: early-bird}]\n",
        "when: {'==': [{var: member.attributes.roast}, dark]}\nthen: [{grant_badge: early-bird}]\n",
        "then: [{award_points: {points: {var: [member.attributes.shoe_size, 0]}}}]\n",
        "then: [{set_attribute: {name: shoe_size, value: 42}}]\n",
        "then: [{set_attribute: {name: shoe_size, value: '42'}}]\n",
        "then: [{set_attribute: {name: shoe_size, value: {var: event.body.total}}}]\n",
        "then: [{set_attribute: {name: roast, value: {var: event.body.note}}}]\n",
        "then: [{set_attribute: {name: anything, value: {var: event.body.tags}}}]\n",
    ],
)
def test_what_fits_the_declaration_is_good(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "when: {'==': [{var: member.attributes.roast}, burnt]}\nthen: [{grant_badge: early-bird}]\n",
            "reactors/r.yaml:3:47: not-in-enum",
        ),
        (
            "then: [{award_points: {points: {var: member.attributes.shoe_size}}}]\n",
            "reactors/r.yaml:3:32: may-be-missing",
        ),
        ("then: [{set_attribute: {name: shoe_size, value: tall}}]\n", "reactors/r.yaml:3:49: unfit-attribute"),
        ("then: [{set_attribute: {name: shoe_size, value: 3}}]\n", "reactors/r.yaml:3:49: unfit-attribute"),
        (
            "then: [{set_attribute: {name: roast, value: {var: event.body.total}}}]\n",
            "reactors/r.yaml:3:45: unfit-attribute: attribute roast is ",
        ),
    ],
)
def test_what_does_not_fit_is_an_error_at_its_place(text: str, message: str) -> None:
    (problem,) = found(text)

    assert problem.startswith(message)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ("attributes: [shoe_size]\n", "attributes must be a map such as {shoe_size: {type: number}}"),
        ("attributes: {shoe_size: number}\n", "bad-schema: this must be a JSON Schema such as {type: number}"),
        ("attributes: {shoe_size: {type: nubmer}}\n", "unknown-schema-type"),
        ("attributes: {shoe_size: {minimum: 3}}\n", "missing-type"),
        ("attributes: {'shoe size': {type: number}}\n", "an attribute"),
    ],
)
def test_a_wrong_declaration_is_an_error_of_program_yaml(attributes: str, message: str) -> None:
    problems = found("then: [{grant_badge: early-bird}]\n", PROGRAM + attributes)

    assert len(problems) == 1
    assert problems[0].startswith("program.yaml:8:")
    assert message in problems[0]


def test_a_declared_attribute_is_suggested_for_a_misspelt_one() -> None:
    (problem,) = found("when: {'==': [{var: member.attributes.raost}, dark]}\nthen: [{grant_badge: early-bird}]\n")

    assert problem == (
        "reactors/r.yaml:3:21: warning: misspelt-attribute: member.attributes.raost is not declared, "
        "and no effect sets it. Did you mean member.attributes.roast?"
    )
