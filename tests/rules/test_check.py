from itertools import product

import pytest

import rules
from rules import types
from rules.types import ANY, BOOLEAN, DATED_TEXT, INSTANT, NUMBER, TEXT, array, nullable, one_of, optional, record

ITEM = record({"sku": TEXT, "price": NUMBER, "quantity": optional(NUMBER), "labels": optional(array(TEXT))})
BODY = record(
    {
        "total": NUMBER,
        "channel": optional(one_of("web", "store")),
        "coupon": nullable(TEXT),
        "count": types.NumberType(zero=False),
        "items": array(ITEM),
        "extras": optional(array(ITEM)),
        "address": optional(record({"city": TEXT, "street": optional(TEXT)})),
        "sent": DATED_TEXT,
        "gift": optional(BOOLEAN),
    }
)
MEMBER = record({"tier": one_of("bronze", "silver"), "points": NUMBER, "attributes": record({}, ANY), "since": INSTANT})
SCOPE = record({"event": record({"type": TEXT, "time": INSTANT, "body": BODY}), "member": MEMBER, "now": INSTANT})


def var(path, *default):
    path = f"event.body.{path}" if path.split(".")[0] in dict(BODY.fields) else path
    return {"var": [path, *default]} if default else {"var": path}


def faults(rule, expected=None):
    return rules.check(rules.parse(rule), SCOPE, expected).faults


CLEAN = [
    {"in": ["vegan", var("member.attributes.diets")]},
    {"in": [var("member.attributes.diet"), ["vegan", "vegetarian"]]},
    {">=": [var("total"), 20]},
    {"==": [var("channel"), "web"]},
    {"!=": [var("coupon"), None]},
    {"in": [var("member.tier"), ["silver", "bronze"]]},
    {"and": [var("coupon"), {"in": ["x", var("coupon")]}]},
    {"and": [{"!!": var("channel")}, {"<": [{"cat": [var("channel"), 1]}, "b"]}]},
    {"if": [{"!=": [var("coupon"), None]}, {"starts_with": [var("coupon"), "A"]}, False]},
    {"if": [{"==": [var("coupon"), None]}, False, {"starts_with": [var("coupon"), "A"]}]},
    {"if": [{"!": var("coupon")}, False, {"starts_with": [var("coupon"), "A"]}]},
    {"or": [{"!": [var("coupon")]}, {"starts_with": [var("coupon"), "A"]}]},
    {"if": [{"missing": "event.body.coupon"}, False, {"starts_with": [var("coupon"), "A"]}]},
    {"and": [{"!": {"missing_some": [1, ["event.body.coupon"]]}}, {"starts_with": [var("coupon"), "A"]}]},
    {"and": [{"==": [var("coupon"), "A1"]}, {"<": [var("coupon"), "B"]}]},
    {"and": [{"in": [var("coupon"), ["A", "B"]]}, {"<": [var("coupon"), "B"]}]},
    {"and": [var("address"), {"<": [var("address.city"), "M"]}]},
    {"and": [var("address.street"), {"<": [var("address.city"), "M"]}]},
    {"and": [{"some": [var("extras"), True]}, {">": [{"length": var("extras")}, 1]}]},
    {"some": [var("items"), {">": [{"*": [var("price"), var("quantity", 1)]}, 5]}]},
    {"some": [{"filter": [var("items"), var("quantity")]}, {">": [var("quantity"), 1]}]},
    {"all": [var("extras"), {"in": ["new", var("labels", [])]}]},
    {"none": [{"map": [var("items"), var("price")]}, {"<": [var(""), 0]}]},
    {">": [var("member.since"), {"date": "2026-01-01"}]},
    {"<": [{"date": var("sent")}, var("now")]},
    {"in": [{"weekday": var("event.time")}, ["saturday", "sunday"]]},
    {">": [{"days_between": [var("member.since"), var("now")]}, 365]},
    {"==": [var("member.attributes.vip"), True]},
    {"===": [var("member.attributes.level"), 3]},
    {">": [{"/": [var("total"), var("count")]}, 2]},
    {"if": [var("member.points"), {">": [{"/": [1, var("member.points")]}, 2]}, False]},
    {"==": [var("gift"), True]},
    {"<": [{"??": [var("coupon"), "x"]}, "y"]},
    {">": [{"??": [{"/": [1, var("total")]}, 0]}, 2]},
    {">": [{"-": [var("total"), var("total"), 1]}, 2]},
    {"and": [True, {"==": [var("items.length"), 0]}]},
]


@pytest.mark.parametrize("rule", CLEAN, ids=str)
def test_a_well_typed_condition_has_no_fault(rule):
    assert faults(rule, BOOLEAN) == ()


FAULTY = [
    # rule, code, path within the rule, message
    (
        {">": [var("member.teir"), 1]},
        "unknown_path",
        (">", 0, "var"),
        "member.teir is unknown. Did you mean member.tier?",
    ),
    (
        {"missing": ["event.body.totl"]},
        "unknown_path",
        ("missing", 0),
        "event.body.totl is unknown. Did you mean event.body.total?",
    ),
    (
        {"some": [var("items"), {">": [var("prise"), 1]}]},
        "unknown_path",
        ("some", 1, ">", 0, "var"),
        "prise is unknown: inside some, var reads from the element. Did you mean price?",
    ),
    (
        {"reduce": [var("items"), var("curent.price"), 0]},
        "unknown_path",
        ("reduce", 1, "var"),
        "curent.price is unknown: inside reduce, var reads from current and accumulator. Did you mean current.price?",
    ),
    (
        {">": [var("event.body.weather"), 1]},
        "unknown_path",
        (">", 0, "var"),
        "event.body.weather is unknown; "  # noqa: ISC004 - one message
        "event.body has total, channel, coupon, count, items, extras, address, sent, gift",
    ),
    (
        {">": [var("event.body.total.euro"), 1]},
        "unknown_path",
        (">", 0, "var"),
        "event.body.total.euro is unknown; event.body.total is a number",
    ),
    (
        {"some": [var("items"), {">": [var("weather"), 1]}]},
        "unknown_path",
        ("some", 1, ">", 0, "var"),
        "weather is unknown: inside some, var reads from the element; the element has sku, price, quantity, labels",
    ),
    (
        {"reduce": [var("items"), var("weather"), 0]},
        "unknown_path",
        ("reduce", 1, "var"),
        "weather is unknown: inside reduce, var reads from current and accumulator",
    ),
    (
        {">": ["event.body.total", 20]},
        "wrong_type",
        (">", 0),
        '"event.body.total" is text, > needs a number. Did you mean {"var": "event.body.total"}?',
    ),
    (
        {"in": [1, var("member.attributes.list")]},
        "unknown_type",
        ("in", 0),
        "member.attributes.list may be anything: in looks up text in it, and 1 is a number",
    ),
    ({">": [var("total"), "20"]}, "wrong_type", (">", 1), '"20" is text, > needs a number. Did you mean 20?'),
    (
        {"==": [var("total"), "20"]},
        "wrong_type",
        ("==", 1),
        'event.body.total is a number, "20" is text: they are never equal. Did you mean 20?',
    ),
    ({"==": [var("items"), 1]}, "wrong_type", ("==", 0), "event.body.items is an array, which == cannot compare"),
    (
        {"==": [var("channel"), "wbe"]},
        "not_in_enum",
        ("==", 1),
        'event.body.channel is never "wbe", only one of "web", "store". Did you mean "web"?',
    ),
    (
        {"in": [var("member.tier"), ["gold"]]},
        "not_in_enum",
        ("in", 1, 0),
        'member.tier is never "gold", only one of "bronze", "silver"',
    ),
    (
        {"in": [var("member.tier"), [1]]},
        "wrong_type",
        ("in", 1, 0),
        "member.tier is text, 1 is a number: in never finds it",
    ),
    ({"in": [1, var("total")]}, "wrong_type", ("in", 1), "event.body.total is a number, in needs text or an array"),
    (
        {"+": [var("extras.0.quantity"), 1]},
        "may_be_missing",
        ("+", 0),
        (
            "event.body.extras.0.quantity may be missing, + needs a number. Did "
            'you mean {"var": ["event.body.extras.0.quantity", 0]}?'
        ),
    ),
    (
        {"cat": [var("channel")]},
        "may_be_missing",
        ("cat", 0),
        (
            "event.body.channel may be missing, cat needs text or a number. Did "
            'you mean {"var": ["event.body.channel", ""]}?'
        ),
    ),
    ({"<": [{"??": [var("coupon"), var("coupon")]}, "y"]}, "may_be_missing", ("<", 0), None),
    ({"<": [{"??": [var("coupon"), 1]}, "y"]}, "wrong_type", ("<", 0), None),
    ({">": [{"/": [8, 2, var("total")]}, 2]}, "may_be_missing", (">", 0), None),
    ({"<": [var("coupon", "x"), "y"]}, "may_be_missing", ("<", 0), None),
    ({"<": [var("address.city"), "M"]}, "may_be_missing", ("<", 0), None),
    ({"and": [{"==": [var("coupon"), None]}, {"<": [var("coupon"), "M"]}]}, "wrong_type", ("and", 1, "<", 0), None),
    (
        {">": [{"/": [1, var("total")]}, 2]},
        "may_be_missing",
        (">", 0),
        'the result of / may be null, > needs a number, as the divisor may be 0: write {"or": [..., 0]} around it',
    ),
    (
        {">": [var("now"), "2026-01-01"]},
        "wrong_type",
        (">", 1),
        '"2026-01-01" is text, > needs a date. Did you mean {"date": "2026-01-01"}?',
    ),
    (
        {"weekday": var("sent")},
        "wrong_type",
        ("weekday",),
        'event.body.sent is text, weekday needs a date. Did you mean {"date": {"var": "event.body.sent"}}?',
    ),
    ({"date": "tomorrow"}, "wrong_type", ("date",), '"tomorrow" is not an ISO 8601 date such as 2026-12-31'),
    ({"weekday": {"date": var("member.tier")}}, "may_be_missing", ("weekday",), None),
    (
        {">": [var("member.attributes.level"), 3]},
        "unknown_type",
        (">", 0),
        "member.attributes.level may be anything, > needs a number",
    ),
    ({"map": [var("total"), 1]}, "wrong_type", ("map", 0), None),
    ({"merge": [var("extras")]}, "may_be_missing", ("merge", 0), None),
    ({"substr": [var("sent"), "1"]}, "wrong_type", ("substr", 1), None),
    ({"+": ["1", 2]}, "wrong_type", ("+", 0), None),
    ({"length": [var("total")]}, "wrong_type", ("length", 0), None),
    ({"missing_some": ["1", ["now"]]}, "wrong_type", ("missing_some", 0), None),
    ({"==": [{"if": [var("gift"), "a", 1]}, 1]}, "wrong_type", (), None),
]


@pytest.mark.parametrize(("rule", "code", "path", "message"), FAULTY, ids=lambda part: str(part)[:50])
def test_a_fault_has_its_code_path_and_message(rule, code, path, message):
    (fault,) = faults(rule)

    assert (fault.code, fault.path) == (code, path)
    assert message is None or str(fault) == message


@pytest.mark.parametrize(
    ("listed", "paths"),
    [
        (["silver", "platinum"], []),
        (["silver", "brozne"], [("in", 1, 1)]),
        (["platinum", "diamond"], [("in", 1, 0), ("in", 1, 1)]),
    ],
)
def test_a_list_may_have_unknown_values_beside_current_ones_but_no_misspelt_ones(listed, paths):
    assert [fault.path for fault in faults({"in": [var("member.tier"), listed]})] == paths


NOT_BOOLEAN = [
    (var("total"), ()),
    ({"+": [1, 2]}, ()),
    ("yes", ()),
    (None, ()),
    (var("gift"), ()),
    ({"and": [True, var("total")]}, ("and", 1)),
    ({"or": [var("member.tier"), True]}, ("or", 0)),
    ({"if": [True, True, var("total")]}, ("if", 2)),
    ({"if": [var("gift"), True]}, ()),
    ({"and": []}, ()),
]


@pytest.mark.parametrize(("rule", "path"), NOT_BOOLEAN, ids=str)
def test_a_condition_that_is_not_true_or_false_is_a_fault(rule, path):
    (fault,) = faults(rule, BOOLEAN)

    assert (fault.code, fault.path) == ("not_boolean", path)


def test_a_falsy_operand_of_and_may_have_any_type_in_a_condition():
    checked = rules.check(rules.parse({"and": [var("coupon"), True]}), SCOPE, BOOLEAN)

    assert checked.faults == ()
    assert types.described(checked.type) == "text or true or false or null"


@pytest.mark.parametrize(
    ("rule", "code"), [("x", "wrong_type"), ({"/": [1, var("total")]}, "may_be_missing"), (var("gift"), "wrong_type")]
)
def test_an_amount_that_may_not_be_a_number_is_a_fault(rule, code):
    assert [fault.code for fault in faults(rule, NUMBER)] == [code]


def test_a_sum_over_items_is_a_number():
    total = {"reduce": [var("items"), {"+": [var("accumulator"), {"*": [var("current.price"), 2]}]}, 0]}

    assert rules.check(rules.parse(total), SCOPE, NUMBER) == rules.CheckResult(NUMBER, ())


def test_the_type_of_an_accumulator_that_changes_its_type_is_a_union():
    last = rules.check(rules.parse({"reduce": [var("items"), var("current.sku"), None]}), SCOPE)

    assert types.fits(last.type, nullable(TEXT))
    assert last.faults == ()


def test_all_faults_are_found_at_once():
    rule = {"and": [{">": [var("member.teir"), 1]}, {"==": [var("channel"), "x"]}, var("total")]}

    assert [fault.code for fault in faults(rule, BOOLEAN)] == ["unknown_path", "not_in_enum", "not_boolean"]


def test_an_unknown_path_is_one_fault_not_two():
    assert len(faults({">": [{"+": [var("nope"), 1]}, 2]}, BOOLEAN)) == 1


def test_a_comparison_with_an_unknown_path_is_only_one_fault():
    assert [fault.code for fault in faults({"<": [var("totl"), "b"]})] == ["unknown_path"]
    assert [fault.code for fault in faults({"==": [var("totl"), [1]]})] == ["unknown_path"]


def test_a_field_that_earlier_conditions_exclude_is_reported_as_such():
    card = record({"kind": one_of("card"), "number": TEXT})
    cash = record({"kind": one_of("cash"), "cents": NUMBER})
    scope = record({"pay": types.union(card, cash)})
    by_card = {"and": [{"==": [{"var": "pay.kind"}, "card"]}, {">": [{"var": "pay.cents"}, 5]}]}

    (fault,) = rules.check(rules.parse(by_card), scope, BOOLEAN).faults

    assert str(fault) == "pay.cents never exists when the conditions before it hold"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"==": [var("gift"), 1]}, "event.body.gift is true or false, 1 is a number: they are never equal"),
        (
            {"in": [1, var("items.0.labels", [])]},
            "1 is a number, event.body.items.0.labels holds text: in never finds it",
        ),
        ({"==": [{"var": "sure"}, False]}, "sure is never false, only true"),
        ({"==": [{"var": "size"}, 4]}, "size is never 4, only one of 1, 2"),
        ({"!=": ["vip", {"var": "fixed"}]}, 'fixed is never "vip", only "vips". Did you mean "vips"?'),
        (
            {"in": ["vip", {"var": "labels"}]},
            'labels never holds "vip", only one of "vips", "new". Did you mean "vips"?',
        ),
        ({"in": [{"var": "size"}, [4, 5]]}, "size is never 4, only one of 1, 2"),
    ],
)
def test_a_comparison_with_a_value_outside_the_type_is_a_fault(rule, message):
    fixed = {
        "sure": one_of(True),
        "size": one_of(1, 2),
        "fixed": one_of("vips"),
        "labels": array(one_of("vips", "new")),
    }
    scope = types.RecordType((*SCOPE.fields, *fixed.items()))

    assert message in [str(fault) for fault in rules.check(rules.parse(rule), scope).faults]


def test_nested_loops_are_checked_in_bounded_time():
    rule = 1
    for _ in range(30):
        rule = {"reduce": [[1], {"if": [{"var": "accumulator"}, rule, "x"]}, None]}

    assert [fault.code for fault in rules.check(rules.parse(rule), SCOPE).faults] == ["too_big"]


@pytest.mark.parametrize(("one", "other"), list(product(["total", "sent", "now", "gift", "items"], repeat=2)))
def test_order_comparisons_need_two_numbers_two_texts_or_two_dates(one, other):
    ordered = {"total": "number", "sent": "text", "now": "date"}

    clean = not faults({"<": [var(one), var(other)]})

    assert clean == (one in ordered and one == other)


RECOVERED = [
    # rule with one parse fault, codes of its other faults
    ({"and": [{"foo": [1]}, {">": [var("totl"), 1]}]}, ["unknown_path"]),
    ({"foo": [var("totl"), {"var": "in a loop perhaps"}]}, ["unknown_path"]),
    ({"som": [var("items"), {"==": [{"var": "skuu"}, 1]}]}, ["unknown_path"]),
    ({"eq": [var("channel"), "wbe"]}, ["not_in_enum"]),
    ({"contains": [var("items"), "x"]}, []),
    ({">": [{"foo": 1}, var("total")]}, []),
    ({"==": [{"+": [{"foo": 1}, 2]}, 3]}, []),
    ({"some": [{"foo": 1}, {">": [{"var": "x"}, 3]}]}, []),
    ({"==": [{"var": {"foo": 1}}, 3]}, []),
    ({"if": [{"foo": 1}, True, False]}, []),
    ({"!": {"missing": {"foo": 1}}}, []),
]


@pytest.mark.parametrize(("rule", "codes"), RECOVERED, ids=str)
def test_after_a_parse_fault_the_rest_of_the_rule_is_checked_without_follow_up_faults(rule, codes):
    parsed = rules.parse_with_recovery(rule)

    checked = rules.check(parsed.expression, SCOPE, BOOLEAN, invalid=parsed.invalid)

    assert len(parsed.faults) == 1
    assert [fault.code for fault in checked.faults] == codes
    assert checked.warnings == ()


GUARDED = [
    {"and": [{"date": var("member.tier", "")}, {"<": [{"date": var("member.tier", "")}, var("now")]}]},
    {"if": [{"!=": [{"/": [1, var("total")]}, None]}, {">": [{"/": [1, var("total")]}, 2]}, False]},
    {"or": [{"==": [{"/": [1, var("total")]}, None]}, {">": [{"/": [1, var("total")]}, 2]}]},
]


@pytest.mark.parametrize("rule", GUARDED, ids=str)
def test_a_computed_value_can_be_guarded_by_the_same_expression(rule):
    assert faults(rule, BOOLEAN) == ()


def test_a_guard_outside_a_loop_does_not_hold_inside():
    quotient = {"/": [1, {"var": ["price", 0]}]}
    rule = {"and": [quotient, {"some": [var("items"), {">": [quotient, 1]}]}]}

    assert [fault.code for fault in rules.check(rules.parse(rule), types.intersection(SCOPE, SCOPE)).faults][-1:] == [
        "may_be_missing"
    ]


def test_a_loop_over_a_value_that_is_not_an_array_is_only_one_fault():
    assert [fault.path for fault in faults({"some": [var("total"), {">": [{"var": "x"}, 1]}]})] == [("some", 0)]
