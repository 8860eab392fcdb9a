"""Masking: only what is known to be harmless stays, in any language, and the body still satisfies its schema."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from loyalty.program.program import Program
from program_files import read_program
from tests.kit import programs
from workbench.masking import CannotMask, Masker

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ANYTHING = "{type: object}"
FIRST_LATTE = "{if: [{'==': [{var: accumulator}, latte]}, {var: accumulator}, {var: current}]}"


def program(body: str = ANYTHING, when: str = "", **files: str) -> Program:
    """A program with an event type `visit` of this body, and a reactor on it with this condition."""
    reactor = f"reactor: visits\non: visit\n{f'when: {when}' if when else ''}\nthen: [{{grant_badge: visitor}}]\n"
    return read_program(
        programs.files(**{"events__visit": f"event: visit\nbody: {body}\n", "reactors__visits": reactor, **files})
    )


def masked(body: Any, of: Program | None = None, **identifiers: str) -> Any:
    """The body, masked for a member with these identifiers; it must satisfy its schema."""
    of = of or program()
    masker = Masker(of, "visit", now=NOW)
    for value in identifiers.values():
        masker.add_identifier(value)
    result = masker.mask_body(body)
    assert list(of.event_types["visit"].body.faults(result)) == []
    return result


def leaves(value: Any) -> list[str]:
    """All keys, texts and numbers in a value, as texts."""
    match value:
        case dict():
            return [text for key, each in value.items() for text in (key, *leaves(each))]
        case list():
            return [text for each in value for text in leaves(each)]
        case bool() | None:
            return []
        case _:
            return [str(value)]


@pytest.mark.parametrize(
    "body",
    [
        {"e-mail": "anna@example.org", "phone": "+48 500 100 200", "card": "C-4711", "name": "Anna"},
        {"imię": "Anna", "nazwisko": "Świętopełk", "pesel": 90072112345, "ulica": "Długa 5", "kod": "20-123"},
        {"Vorname": "Anna", "Straße": "Lange Gasse 5", "Telefonnummer": 48500100200, "Geburtsdatum": "1990-07-21"},
        {"氏名": "山田花子", "電話": "090-1234-5678", "ご要望": "花をください", "生年月日": "1990-07-21"},
        {"имя": "Анна", "заметка": "позвоните мне", "телефон": "+7 912 345-67-89"},
        {"note": "x", "sku": "ab", "deep": [{"deeper": ["Anna", {"deepest": "Anna Nowak"}]}]},
        {"anna@example.org": True, "Anna": {"Nowak": None}, "500100200": ["a"]},
        {"price": 12.5, "customer": 4711, "born": 1990},
    ],
)
def test_no_text_number_or_key_that_nothing_explains_survives(body: dict[str, Any]) -> None:
    result = masked(body)

    assert set(map(str.casefold, leaves(result))) & set(map(str.casefold, leaves(body))) == set()


def test_parts_of_masked_texts_do_not_survive_either() -> None:
    body = {"wish": "Leave it with Anna Nowak, Długa 5", "mail": "Anna.Nowak@Shop.pl", "tel": "(48) 500-100-200"}

    shown = json.dumps(masked(body), ensure_ascii=False).lower()

    assert [part for part in ("anna", "nowak", "długa", "shop", "500", "leave") if part in shown] == []


def test_what_says_nothing_of_anybody_stays() -> None:
    body = {"paid": True, "nothing": None, "empty": "", "blank": " ", "zero": 0, "none": [], "no": {}}
    declared = program(f"{{type: object, properties: {{{', '.join(f'{key}: {{}}' for key in body)}}}}}")

    assert masked(body, declared) == body


def test_values_that_the_schema_lists_stay_through_references_and_alternatives() -> None:
    schema = (
        "{$defs: {city: {enum: [Lublin, Warsaw]}}, type: object, properties: {city: {$ref: '#/$defs/city'}, "
        "several: {type: array, items: {anyOf: [{$ref: '#/$defs/city'}, {const: Kraków}, {type: string}]}}}}"
    )

    result = masked({"city": "Lublin", "several": ["Warsaw", "Kraków", "Gdynia"]}, program(schema))

    assert result["city"] == "Lublin"
    assert result["several"][:2] == ["Warsaw", "Kraków"]
    assert result["several"][2] != "Gdynia"


def test_names_of_the_program_stay() -> None:
    body = {"tier": "gold", "badge": "visitor", "wallet": "points", "event": "purchase", "by": "visits"}
    declared = program("{type: object, properties: {tier: {}, badge: {}, wallet: {}, event: {}, by: {}}}")

    assert masked(body, declared) == body


@pytest.mark.parametrize(
    ("when", "body"),
    [
        ('{"==": [{var: event.body.drink}, latte]}', {"drink": "latte"}),
        ('{"==": [{lower: {var: [event.body.drink, ""]}}, latte]}', {"drink": "LATTE"}),
        ("{in: [{var: event.body.drink}, [tea, latte]]}", {"drink": "latte"}),
        ('{some: [{var: event.body.drinks}, {"==": [{var: kind}, latte]}]}', {"drinks": [{"kind": "latte"}]}),
        ("{in: [latte, {var: event.body.drinks}]}", {"drinks": ["latte"]}),
        ('{"==": [{if: [{var: event.body.drink}, {var: event.body.drink}, none]}, latte]}', {"drink": "latte"}),
        ('{"==": [{var: event.body.size}, 33]}', {"size": 33}),
        ("{in: [{var: event.body.size}, [33, 50]]}", {"size": 33}),
        ("{in: [33, {var: event.body.sizes}]}", {"sizes": [33]}),
        ("{starts_with: [{var: [event.body.drink, '']}, latte]}", {"drink": "latte"}),
        (
            f"{{'==': [{{reduce: [{{var: event.body.drinks}}, {FIRST_LATTE}, '']}}, tea]}}",
            {"drinks": ["latte"]},
        ),
    ],
)
def test_a_value_that_a_rule_compares_its_field_with_stays(when: str, body: dict[str, Any]) -> None:
    of_drinks = "{type: object, properties: {kind: {type: string}}}" if "kind" in str(body) else "{type: string}"
    schema = (
        "{type: object, properties: {drink: {type: string}, size: {type: integer}, "
        f"sizes: {{type: array, items: {{type: integer}}}}, drinks: {{type: array, items: {of_drinks}}}}}}}"
    )

    assert masked(body, program(schema, when)) == body


def test_a_text_in_another_field_than_the_one_that_a_rule_compares_is_masked() -> None:
    when = '{"==": [{var: event.body.drink}, latte]}'
    schema = "{type: object, properties: {drink: {type: string}, nick: {type: string}}}"

    assert masked({"drink": "tea", "nick": "latte"}, program(schema, when))["nick"] != "latte"


@pytest.mark.parametrize(
    ("when", "kept"),
    [
        ("{starts_with: [{var: [event.body.sku, '']}, CAF-]}", "CAF-"),
        ('{"==": [{substr: [{var: [event.body.sku, ""]}, 0, 3]}, caf]}', "CAF"),
        ("{ends_with: [{var: [event.body.sku, '']}, '4711']}", "4711"),
    ],
)
def test_a_part_of_a_text_that_a_rule_looks_for_stays_and_the_rest_is_masked(when: str, kept: str) -> None:
    schema = "{type: object, properties: {sku: {type: string}}}"

    sku = masked({"sku": "CAF-Anna-4711"}, program(schema, when))["sku"]

    assert kept in sku
    assert "Anna" not in sku


def test_a_literal_in_a_text_does_not_keep_what_the_member_is_known_by() -> None:
    when = "{ends_with: [{var: [event.body.mail, '']}, '@shop.pl']}"
    schema = "{type: object, properties: {mail: {type: string}}}"

    assert "shop" not in masked({"mail": "anna@shop.pl"}, program(schema, when), email="anna@shop.pl")["mail"]


@pytest.mark.parametrize(
    "when",
    [
        '{">=": [{var: event.body.total}, 20]}',
        '{">": [{"*": [{var: event.body.total}, 2]}, 20]}',
        '{">": [{reduce: [[{var: event.body.total}], {"+": [{var: accumulator}, {var: current}]}, 0]}, 1]}',
        '{"<": [{max: [{var: event.body.total}, 1]}, 9]}',
    ],
)
def test_a_number_that_a_rule_calculates_with_stays(when: str) -> None:
    schema = "{type: object, required: [total], properties: {total: {type: number}, other: {type: number}}}"

    result = masked({"total": Decimal("12.50"), "other": Decimal("12.50")}, program(schema, when))

    assert result["total"] == Decimal("12.50")
    assert result["other"] != Decimal("12.50")


def test_points_and_sums_are_calculated_too() -> None:
    achievement = (
        "achievement: far\non: visit\nmeasure: {sum: {var: event.body.km}}\ngoal: 9\nthen: [{grant_badge: far}]\n"
    )
    award = "reactor: award\non: visit\nthen: [{award_points: {points: {var: event.body.spent}}}]\n"
    schema = "{type: object, required: [km, spent], properties: {km: {type: number}, spent: {type: number}}}"

    of = program(schema, achievements__far=achievement, reactors__award=award)

    assert masked({"km": 42, "spent": 17}, of) == {"km": 42, "spent": 17}


def test_a_number_that_a_webhook_only_sends_is_masked() -> None:
    sent = "reactor: sent\non: visit\nthen: [{call_webhook: {url: 'https://a.eu/', body: {n: {var: event.body.n}}}}]\n"
    schema = "{type: object, properties: {n: {type: integer}}}"

    assert masked({"n": 4711}, program(schema, reactors__sent=sent)) != {"n": 4711}


def test_a_number_with_the_bounds_of_an_amount_stays_unless_it_is_as_long_as_a_phone_number() -> None:
    schema = (
        "{type: object, properties: {price: {type: number, minimum: 0}, "
        "count: {type: integer, minimum: 1, maximum: 99}, "
        "customer: {type: integer, minimum: 1}, phone: {type: number, minimum: 0}}}"
    )

    result = masked({"price": 9, "count": 3, "customer": 4711, "phone": 500100200}, program(schema))

    assert (result["price"], result["count"]) == (9, 3)
    assert 4711 != result["customer"] >= 1
    assert result["phone"] != 500100200


def test_the_members_own_phone_and_card_are_masked_as_numbers_too() -> None:
    when = '{">": [{var: event.body.phone}, {var: event.body.short}]}'
    schema = (
        "{type: object, required: [phone, short], properties: {phone: {type: integer}, short: {type: integer}, "
        "card: {type: number, minimum: 0}}}"
    )
    body = {"phone": 48500100200, "short": 500100200, "card": 4711}

    result = masked(body, program(schema, when), phone="+48 500 100 200", card="C-4711")

    assert set(body.values()) & set(result.values()) == set()


def test_an_identifier_of_the_member_is_masked_whatever_a_rule_compares() -> None:
    when = '{"==": [{var: event.body.contact}, anna@shop.pl]}'
    schema = "{type: object, properties: {contact: {type: string, format: email}, host: {type: string}}}"

    result = masked({"contact": "Anna@shop.pl", "host": "anna@shop.pl"}, program(schema, when), email="anna@shop.pl")

    assert result["contact"] == result["host"]
    assert "anna" not in result["contact"].lower()


@pytest.mark.parametrize(
    ("moment", "kept"),
    [("2026-04-28", "2026-04-28"), ("2027-01-31", "2027-01-31"), ("1990-07-21", "1990-01-01")],
)
def test_a_date_that_rules_calculate_with_stays_if_it_is_recent_and_else_keeps_its_year(moment: str, kept: str) -> None:
    when = '{">": [{days_between: [{date: {var: event.body.day}}, {var: event.time}]}, 3]}'
    schema = "{type: object, required: [day], properties: {day: {type: string, format: date}}}"

    assert masked({"day": moment}, program(schema, when)) == {"day": kept}


def test_a_date_that_no_rule_reads_is_masked_with_its_year() -> None:
    schema = "{type: object, properties: {d: {type: string, format: date}, t: {type: string, format: date-time}}}"

    result = masked({"d": "1990-07-21", "t": "2026-04-28T17:05:00+02:00"}, program(schema))

    assert result == {"d": "2000-01-01", "t": "2000-01-01T00:00:00+00:00"}


def test_the_same_is_masked_in_the_same_way_and_another_in_another() -> None:
    result = masked({"a": ["ANN@example.org", "ann@example.org", "bob@example.org"], "b": ["Li", "Al", "Li"]})

    (mails, names) = result.values()
    assert mails[0] == mails[1] != mails[2]
    assert names[0] == names[2] != names[1]


def test_keys_that_a_schema_or_a_rule_names_stay_and_others_are_masked_once() -> None:
    schema = "{type: object, properties: {guests: {type: object, additionalProperties: {type: object}}}}"
    when = "{'!': {missing: [event.body.guests.host]}}"
    guests = {"host": {"seat": "A1"}, "Anna": {"seat": "A2"}}

    result = masked({"guests": guests}, program(schema, when))["guests"]

    (host, other) = result
    assert host == "host"
    assert other != "Anna"
    assert len({key for each in result.values() for key in each}) == 1


@pytest.mark.parametrize(
    ("schema", "value", "gone"),
    [
        ("{type: string, format: email}", "Anna", "anna"),
        ("{type: string, format: uri}", "https://anna.example/", "anna"),
        ("{type: string, format: uuid}", "7f3c2a10-95ab-4cde-8f01-23456789abcd", "7f3c"),
        ("{type: string, format: ipv4}", "203.0.113.9", "203"),
        ("{type: string, pattern: '^\\+48[0-9]{9}$'}", "+48500100200", "500100200"),
        ("{type: string, pattern: '^[0-9]{2}-[0-9]{3}$'}", "20-123", "20-123"),
        ("{type: string, pattern: '^ORD-[0-9]+-[A-Z]{2}$'}", "ORD-4711-AN", "4711"),
        ("{type: string, pattern: '^[A-Z][a-z]+ [A-Z][a-z]+$'}", "Anna Nowak", "anna"),
        ("{type: string, pattern: '^[ぁ-ん]+$'}", "はなこ", "はなこ"),
        ("{type: string, minLength: 4, maxLength: 4}", "Anna", "anna"),
        ("{type: string, minLength: 30}", "Anna Nowak, Długa 5, 20-123 Lublin", "anna"),
        ("{type: integer, minimum: 100000000, maximum: 999999999}", 500100200, "500100200"),
        ("{type: integer, multipleOf: 5, minimum: 1000}", 4715, "4715"),
        ("{type: integer, minimum: 600000000, maximum: 799999999}", 700100200, "700100200"),
        ("{type: string, minLength: 250}", "Anna Nowak " * 30, "anna"),
        ("{type: array, uniqueItems: true, items: {type: integer}}", [11, 12, 13], "11"),
    ],
)
def test_a_mask_fits_the_schema(schema: str, value: Any, gone: str) -> None:
    value = "Anna@Nowak.pl" if value == "Anna" and "email" in schema else value

    result = masked({"value": value}, program(f"{{type: object, properties: {{value: {schema}}}}}"))

    assert gone not in str(result["value"]).lower()


def test_a_value_for_which_no_mask_fits_is_said_with_its_path() -> None:
    schema = "{type: object, properties: {deep: {type: object, properties: {only: {pattern: '^Anna Nowak Anna$'}}}}}"

    with pytest.raises(CannotMask, match=r"^deep\.only$"):
        masked({"deep": {"only": "Anna Nowak Anna"}}, program(schema))


def test_attributes_stay_as_far_as_the_program_wrote_or_compares_them() -> None:
    files = {
        "reactors__tag": "reactor: tag\non: visit\nthen: "
        "[{set_attribute: {name: last_drink, value: {var: event.body.drink}}}, "
        "{set_attribute: {name: level, value: regular}}]\n",
        "reactors__few": "reactor: few\non: visit\nwhen: {'==': [{var: member.attributes.visits}, 3]}\n"
        "then: [{grant_badge: few}]\n",
    }
    masker = Masker(program("{type: object, properties: {drink: {enum: [latte, tea]}}}", **files), "visit", now=NOW)
    attributes = {
        "last_drink": "latte",
        "level": "regular",
        "visits": 3,
        "nick": "Annie",
        "child": {"name": "Ola"},
        "n": 9,
    }

    result = masker.mask_attributes(attributes)

    assert {key: result.get(key) for key in ("last_drink", "level", "visits")} == {
        "last_drink": "latte",
        "level": "regular",
        "visits": 3,
    }
    assert set(leaves(result)) & {"nick", "Annie", "child", "name", "Ola", "n", "9"} == set()


def test_an_attribute_that_is_copied_from_a_field_stays_where_the_field_would() -> None:
    schema = "{type: object, properties: {drink: {type: string}}}"
    tag = "reactor: tag\non: visit\nthen: [{set_attribute: {name: last, value: {var: event.body.drink}}}]\n"
    of = program(schema, "{'==': [{var: event.body.drink}, latte]}", reactors__tag=tag)
    masker = Masker(of, "visit", now=NOW)

    assert masker.mask_attributes({"last": "latte"}) == {"last": "latte"}
    assert masker.mask_attributes({"last": "tea"}) != {"last": "tea"}


def test_a_profile_keeps_only_what_rules_compare() -> None:
    masker = Masker(program(when='{"==": [{var: member.country}, PL]}'), "visit", now=NOW)

    assert masker.mask_profile("country", "PL") == "PL"
    assert masker.mask_profile("country", "DE") != "DE"
    assert masker.mask_profile("city", "Lublin") != "Lublin"
    assert masker.mask_profile("gender", None) is None


@pytest.mark.parametrize(
    ("distinct", "body", "value", "is_kept"),
    [
        ("{var: event.body.drink}", {"drink": "latte"}, "latte", True),
        ("{var: [event.body.host, '']}", {"host": "Anna"}, "Anna", False),
        ("{var: [event.body.table, 0]}", {"table": 4711}, "4711", False),
        ("{date: {var: event.time}}", {}, "2026-04-30", True),
        ("{date: {var: [event.body.born, '']}}", {}, "1990-07-21", False),
        ("{cat: [{var: member.tier}, '!']}", {}, "gold!", True),
        ("{var: {cat: [event.body., host]}}", {}, "Anna!", False),
        ("{cat: [{var: [event.body.host, '']}, '!']}", {"host": "Anna"}, "Anna!", False),
    ],
)
def test_a_counted_value_is_masked_as_the_field_is_that_it_came_from(
    distinct: str, body: dict[str, Any], value: str, is_kept: bool
) -> None:
    achievement = (
        f"achievement: all\non: visit\nmeasure: {{distinct: {distinct}}}\ngoal: 9\nthen: [{{grant_badge: all}}]\n"
    )
    properties = (
        "{drink: {enum: [latte]}, host: {type: string}, table: {type: integer}, born: {type: string, format: date}}"
    )
    of = program(f"{{type: object, properties: {properties}}}", achievements__all=achievement)
    masker = Masker(of, "visit", now=NOW)

    result, counted = masker.mask_body(body), masker.mask_counted("all", value)

    assert (counted == value) is is_kept
    assert not result or distinct.startswith("{cat") or counted == str(next(iter(result.values())))


def test_a_value_that_an_earlier_revision_counted_is_masked() -> None:
    masker = Masker(program(), "visit", now=NOW)

    assert masker.mask_counted("seven-days", "Anna") != "Anna"


def test_declared_attributes_still_fit_their_schemas_and_listed_values_stay() -> None:
    declared = (
        "attributes: {roast: {enum: [light, dark]}, tag: {type: string, maxLength: 4}, nickname: {type: string}}\n"
    )
    masker = Masker(program(program=programs.PROGRAM + declared), "visit", now=NOW)

    found = masker.mask_attributes({"roast": "dark", "tag": "Anna", "nickname": "Anna Maria"})

    assert found["roast"] == "dark"
    assert found["tag"] != "Anna"
    assert len(found["tag"]) <= 4
    assert "Anna" not in found["nickname"]
