"""What reactors and achievements do to one another, found before any event."""

from datetime import UTC, datetime

import pytest

from program_files import check_program

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PROGRAM = """\
store: S
timezone: Europe/Warsaw
tiers: [{tier: bronze, from: 0}, {tier: silver, from: 10}, {tier: gold, from: 100}]
badges: [one, two, three]
"""
VISIT = """\
event: visit
body: {type: object, required: [count], properties: {count: {type: integer}, channel: {enum: [web, store]}}}
"""
BASE = {"program.yaml": PROGRAM, "events/visit.yaml": VISIT, "rewards/tea.yaml": "reward: tea\n"}


def found(program: str = PROGRAM, **files: str) -> list[str]:
    """Return the problems of a program; keywords name reactors, and achievements with the prefix of their kind."""
    texts = {**BASE, "program.yaml": program}
    for name, text in files.items():
        kind, _, rest = name.partition("__")
        folder, name = ("achievements", rest) if kind == "achievement" else ("reactors", name)
        texts[f"{folder}/{name}.yaml"] = f"{folder[:-1]}: {name}\n{text}"
    report = check_program({path: text.encode() for path, text in texts.items()}, now=NOW)
    return [str(problem) for problem in report.problems]


def on(event: str, then: str, when: str = "", more: str = "") -> str:
    """A reactor's text from its second line on; its effect stands in line 4 if it has a condition, else in 3."""
    return f"on: {event}\n{f'when: {when}{chr(10)}' if when else ''}then: [{then}]\n{more}"


def field_is(field: str, value: str) -> str:
    return f'{{"==": [{{var: event.body.{field}}}, {value}]}}'


def test_a_reactor_that_answers_what_it_causes_is_an_error_that_says_its_way() -> None:
    lines = found(again=on("badge_granted", "{grant_badge: one}"))

    assert lines == [
        (
            "reactors/again.yaml:3:8: endless-cycle:"
            " reactor again grants badge one, which it answers itself, and so on without end"
        )
    ]


def test_a_cycle_of_several_is_one_error_at_the_first_of_them() -> None:
    lines = found(
        a=on("badge_granted", "{issue_reward: tea}", field_is("badge", "one")),
        b=on("reward_issued", "{grant_badge: two}"),
        c=on("badge_granted", "{grant_badge: one}", field_is("badge", "two")),
    )

    assert lines == [
        (
            "reactors/a.yaml:4:8: endless-cycle: reactor a issues tea, reactor b answers that and grants badge two,"
            " reactor c answers that and grants badge one, reactor a answers that, and so on without end"
        )
    ]


def test_an_effect_that_the_condition_refuses_closes_no_cycle() -> None:
    lines = found(
        a=on("badge_granted", "{grant_badge: two}", field_is("badge", "one")),
        b=on("badge_granted", "{grant_badge: three}", field_is("badge", "two")),
        c=on("badge_granted", "{grant_badge: three}", '{"!=": [{var: event.body.badge}, three]}'),
    )

    assert lines == []


@pytest.mark.parametrize(
    ("when", "more"),
    [
        ('{">": [{var: member.points}, 5]}', ""),
        ("", "limits: [{every: day, times: 1}]\n"),
        (f'{{and: [{field_is("badge", "one")}, {{"!": {{in: [two, {{var: member.badges}}]}}}}]}}', ""),
    ],
    ids=["condition", "limit", "part of a condition"],
)
def test_a_cycle_that_conditions_or_limits_may_stop_is_a_warning(when: str, more: str) -> None:
    (line,) = found(again=on("badge_granted", "{grant_badge: one}", when, more))

    assert ": warning: possible-cycle: reactor again grants badge one, which it answers itself, and so on:" in line


def test_tiers_that_are_set_in_turns_never_come_to_rest() -> None:
    (line,) = found(
        down=on("tier_changed", "{set_tier: silver}", field_is("to", "gold")),
        up=on("tier_changed", "{set_tier: gold}", field_is("to", "silver")),
    )

    assert ": endless-cycle: reactor down sets tier silver, reactor up answers that and sets tier gold," in line


@pytest.mark.parametrize(
    "answer",
    [
        on("tier_changed", "{set_tier: gold}"),  # who is in gold is not put there again
        on("tier_changed", "{award_points: {points: 25}}", "{var: event.body.up}"),  # each tier is reached once
    ],
)
def test_what_runs_out_by_itself_is_no_cycle(answer: str) -> None:
    assert found(r=answer) == []


def test_points_that_come_and_go_may_reach_a_tier_again_and_again() -> None:
    text = on("tier_changed", "{deduct_points: {points: 20}}, {award_points: {points: 20}}")

    assert found(r=text) == []
    (line,) = found(program=f"{PROGRAM}tier_by: active_points\n", r=text)
    assert "warning: possible-cycle: reactor r deducts points that may reach a tier, which it answers itself" in line


def test_an_achievement_that_is_completed_by_its_own_gift_is_an_error_unless_it_is_completed_but_once() -> None:
    text = "on: badge_granted\ngoal: 1\n{}then: [{{grant_badge: one}}]\n"

    assert found(achievement__collector=text.format("repeat: 3\n")) == []
    (line,) = found(achievement__collector=text.format("repeat: unlimited\n"))
    assert line.startswith("achievements/collector.yaml:1:1: endless-cycle: achievement collector is completed,")


def test_an_achievement_that_takes_several_events_is_a_cycle_that_may_stop() -> None:
    text = "on: badge_granted\ngoal: 2\nrepeat: unlimited\nthen: [{grant_badge: one}]\n"

    (line,) = found(achievement__collector=text)

    assert ": warning: possible-cycle: " in line


def test_reactors_that_are_never_active_together_cause_nothing() -> None:
    lines = found(
        a=on("badge_granted", "{grant_badge: two}", field_is("badge", "one"), "active: {until: 2026-05-31}\n"),
        b=on("badge_granted", "{grant_badge: one}", field_is("badge", "two"), "active: {from: 2026-06-01}\n"),
    )

    assert lines == []


def test_what_a_file_with_an_error_would_do_is_not_guessed_at() -> None:
    lines = found(again=on("badge_granted", "{grant_badge: one}", more="limit: [{every: day, times: 1}]\n"))

    assert [line.split(": ")[1] for line in lines] == ["unknown-key"]


def test_many_reactors_that_all_answer_one_another_are_one_problem() -> None:
    names = [f"b{n}" for n in range(60)]
    files = {name: on("badge_granted", f"{{grant_badge: {name}}}") for name in names}

    lines = found(PROGRAM.replace("one, two, three", ", ".join(names)), **files)

    assert len(lines) == 1


def sets(value: str, when: str = "", more: str = "") -> str:
    return on("visit", f"{{set_attribute: {{name: size, value: {value}}}}}", when, more)


def test_two_reactors_that_may_set_an_attribute_for_one_event_are_a_warning() -> None:
    lines = found(a=sets("1", field_is("channel", "web")), b=sets("2", '{">": [{var: event.body.count}, 5]}'))

    assert lines == [
        (
            "reactors/b.yaml:4:31: warning: same-attribute:"
            " reactor a sets size on the same event, and what is set last stays"
        )
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (sets("1", field_is("channel", "web")), sets("2", field_is("channel", "store"))),
        (sets("1", '{">": [{var: event.body.count}, 5]}'), sets("2", '{"<=": [{var: event.body.count}, 5]}')),
        (sets("1", "{in: [{var: event.body.channel}, [web]]}"), sets("2", f'{{"!": {field_is("channel", "web")}}}')),
        (sets("1", "{in: [one, {var: member.badges}]}"), sets("2", '{"!": {in: [one, {var: member.badges}]}}')),
        (sets("1", '{"==": [{weekday: {var: now}}, monday]}'), sets("2", '{"==": [{weekday: {var: now}}, friday]}')),
        (sets("{var: event.body.count}"), sets("{var: event.body.count}")),
        (sets("1", "", "active: {until: 2026-05-31}\n"), sets("2", "", "active: {from: 2026-06-01}\n")),
        (sets("1"), on("badge_granted", "{set_attribute: {name: size, value: 2}}")),
        (sets("1"), on("visit", "{set_attribute: {name: weight, value: 2}}")),
    ],
)
def test_two_reactors_that_never_do_so_at_once_or_mean_the_same_are_right(one: str, other: str) -> None:
    assert found(a=one, b=other) == []


def test_an_attribute_that_one_reactor_sets_twice_is_a_warning() -> None:
    effect = "{{set_attribute: {{name: size, value: {}}}}}"

    (line,) = found(a=on("visit", f"{effect.format(1)}, {effect.format(2)}"))

    assert line.endswith("same-attribute: this reactor sets size on the same event, and what is set last stays")


def test_achievements_may_set_the_same_attribute_as_their_completions_differ() -> None:
    text = "on: visit\ngoal: {0}\nthen: [{{set_attribute: {{name: level, value: {0}}}}}]\n"
    both = {"achievement__three": text.format(3), "achievement__seven": text.format(7)}

    assert found(**both) == []
    lines = found(**both, any=on("achievement_completed", "{set_attribute: {name: level, value: 9}}"))
    assert [line.split(" ")[0] for line in lines] == [
        "achievements/seven.yaml:4:31:",
        "achievements/three.yaml:4:31:",
    ]


def reads(attribute: str) -> str:
    return f'{{"==": [{{var: member.attributes.{attribute}}}, tea]}}'


@pytest.mark.parametrize("attribute", ["favorite_drink", "favourite_drinks", "Favourite_drink"])
def test_an_attribute_that_no_effect_sets_but_is_like_one_that_is_set_is_questioned(attribute: str) -> None:
    lines = found(
        a=on("visit", "{set_attribute: {name: favourite_drink, value: tea}}"),
        b=on("visit", "{grant_badge: one}", reads(attribute)),
    )

    assert lines == [
        (
            f"reactors/b.yaml:3:21: warning: misspelt-attribute: no effect sets member.attributes.{attribute}."
            " Did you mean member.attributes.favourite_drink?"
        )
    ]


@pytest.mark.parametrize("attribute", ["favourite_drink", "shoe_size", "favourite_drink_2"])
def test_an_attribute_that_is_set_or_that_clients_may_set_is_not_questioned(attribute: str) -> None:
    lines = found(
        a=on("visit", "{set_attribute: {name: favourite_drink, value: tea}}"),
        b=on("visit", "{set_attribute: {name: favourite_drink_1, value: tea}}"),
        c=on("visit", "{grant_badge: one}", reads(attribute)),
        achievement__d='on: visit\nwhen: {"!=": [{var: member.attributes.favourite_drink}, null]}\ngoal: 1\n',
    )

    assert lines == []
