"""Read a program from its files, and find the problems of all files in one run."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from loyalty.events.builtin_events import ANSWERED, with_transactions
from loyalty.program.achievements import Achievement
from loyalty.program.logic import Place
from loyalty.program.outline import NamesByKind, Outline, names_of_tiers
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from loyalty.program.tier_rules import TierRules
from program_files.checks.cross_file import note_cross_file, note_past
from program_files.folders.layout import FOLDERS, PROGRAM_FILES, TESTS, bad_name, fault_of_name, is_read
from program_files.readers.achievements import measure_text, read_achievement
from program_files.readers.declarations import Declarations, names_of_all_tiers, scopes_of_rewards
from program_files.readers.events import read_event
from program_files.readers.issuing import scopes_of_coupons
from program_files.readers.reactors import read_reactor
from program_files.readers.reversals import with_reversals
from program_files.readers.rewards import RewardReader
from program_files.readers.settings import NO_SETTINGS, Settings, read_settings
from program_files.readers.spend import read_spend
from program_files.text.nodes import Node
from program_files.text.problems import Problem, Problems, ProgramFaults, in_order
from program_files.text.text import read_text
from rules.spelling import closest_match


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _RespondsToEvents(_Named, Protocol):
    @property
    def on(self) -> str: ...


Declared = TypeVar("Declared", bound=_Named)
Responder = TypeVar("Responder", bound=_RespondsToEvents)


PROGRAM = "program"

MOST_VALUES = 1_000_000
"""Values in all files of a program; an alias counts as all values that it stands for."""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a check: all problems in the order of their places, and the program if none is an error."""

    program: Program | None
    problems: tuple[Problem, ...]


def check_program(files: Mapping[str, bytes], *, now: datetime, unread: Collection[str] = ()) -> Report:
    """Check the files of a program, given by their paths inside the folder.

    `unread` are files and folders that cannot be read: names that they may declare are not reported as unknown.
    """
    problems = Problems()
    program = _program(files, problems, unread, now)
    return Report(None if problems.errors else program, in_order(problems.found))


def read_program(files: Mapping[str, bytes]) -> Program:
    """Return the program that files define; raise ProgramFaults with all errors. Reactors that ended are accepted."""
    problems = Problems()
    program = _program(files, problems)
    if program is None or problems.errors:
        raise ProgramFaults(problems.errors)
    return program


def read_revision(files: Mapping[str, bytes]) -> Program:
    """Return the program of a deployed revision; raise ProgramFaults only with errors that keep it from running.

    Errors that only a later version of Laurel finds stop the next deploy, but not a revision in force.
    """
    problems = Problems()
    program = _program(files, problems)
    faults = [problem for problem in problems.errors if not problem.can_run]
    if program is None or faults:
        raise ProgramFaults(faults)
    return program


def read_declarations(
    files: Mapping[str, bytes], *, unread: Collection[str] = ()
) -> tuple[Declarations, tuple[Problem, ...]]:
    """Return what files declare, and the problems that keep other declarations from being read.

    Reactors are not read, and of achievements only their names.
    """
    problems = Problems()
    declaring = {path: content for path, content in files.items() if _declares(path)}
    nodes = _read_all(declaring, list(filter(_declares, unread)), problems)
    return _declarations(nodes, _settings(nodes[PROGRAM], problems), problems), in_order(problems.found)


def read_outline(files: Mapping[str, bytes]) -> Outline:
    """Return the outline of a deployed revision, even of one that this version of Laurel cannot run."""
    problems = Problems()
    nodes = _read_all({path: content for path, content in files.items() if _declares(path)}, (), problems)
    declared = _declarations(nodes, _settings(nodes[PROGRAM], problems), problems)
    settings = declared.settings
    names: NamesByKind = {
        "wallet": frozenset(settings.wallets),
        **names_of_tiers(settings.tier_sets.values()),
        "reward": frozenset(declared.rewards),
        "event": frozenset(declared.event_types),
        "attribute": frozenset(),  # without a declaration an attribute stays, as free text
        "achievement": frozenset(),  # progress stays, and is found again by its name
    }
    rules = TierRules.of(settings.tiers.tier_set, settings.zone)
    more = {each.tier_set.name: TierRules.of(each.tier_set, settings.zone) for each in settings.more_tier_sets}
    title = "" if settings.title == settings.store else settings.title  # its title cannot be read
    return Outline(
        title,
        names,
        rules,
        more_tier_rules=more,
        region=settings.region,
        attributes=settings.attributes,
        measures=_measures(nodes["achievements"]),
    )


def _declares(path: str) -> bool:
    return path in PROGRAM_FILES or path.split("/")[0] in ("events", "rewards", "achievements")


def _program(
    files: Mapping[str, bytes], problems: Problems, unread: Collection[str] = (), now: datetime | None = None
) -> Program | None:
    """Return the program; None if there are no settings. Without `now`, no reactor counts as past."""
    nodes = _read_all(files, unread, problems)
    settings = _settings(nodes[PROGRAM], problems)
    declared = _declarations(nodes, settings, problems)
    faulty = _faulty_event_types(nodes["events"], problems)
    reactors = _named(
        nodes["reactors"], _responder_reader(read_reactor, declared, faulty, problems), "reactor", problems
    )
    achievements = _named(
        nodes["achievements"], _responder_reader(read_achievement, declared, faulty, problems), "achievement", problems
    )
    if settings is None:
        return None
    program = _assembled(settings, declared, reactors, achievements, problems)
    note_cross_file(program, declared, nodes, problems)
    if now is not None:
        note_past(program, nodes, problems, now=now)
    return program


def _assembled(
    settings: Settings,
    declared: Declarations,
    reactors: Mapping[str, Reactor],
    achievements: Mapping[str, Achievement],
    problems: Problems,
) -> Program:
    """Return the program of what was read from all its files."""
    default = settings.tiers.tier_set
    return Program(
        store=settings.store,
        title=settings.title,
        zone=settings.zone,
        region=settings.region,
        registers_unknown_members=settings.registers_unknown_members,
        wallets=settings.wallets,
        notify_before=settings.notify_before,
        tiers=tuple(default.tiers),
        tier_by=default.by,
        tier_review=default.review,
        event_types=declared.event_types,
        reactors=tuple(reactors.values()),
        achievements=tuple(achievements.values()),
        rewards=declared.rewards,
        returns=settings.returns,
        tier_on_return=settings.tier_on_return,
        badges=settings.badges or {},
        tier_fall=default.fall,
        tier_wallet_code=settings.tier_wallet,
        tier_spend=read_spend(settings.tiers, problems, declared),
        tier_spend_text=default.spend_text,
        more_tier_sets=tuple(
            replace(each.tier_set, spend=read_spend(each, problems, declared)) for each in settings.more_tier_sets
        ),
        attributes=settings.attributes,
    )


def _faulty_event_types(nodes: Mapping[str, Node | None], problems: Problems) -> Collection[str]:
    """Return the names of event types whose files have errors."""
    files = {problem.place.file for problem in problems.errors}
    named = (node.entries.get("event") for path, node in nodes.items() if node is not None and path in files)
    return {str(name.value) for name in named if name is not None}


def _responder_reader(
    read: Callable[[Node, Problems, Declarations], Responder | None],
    declared: Declarations,
    faulty: Collection[str],
    problems: Problems,
) -> Callable[[Node], Responder | None]:
    """Return a function that reads a responder, without problems that only follow from errors of its event type."""

    def read_one(node: Node) -> Responder | None:
        noted = problems.separate()
        responder = read(node, noted, declared)
        is_doubtful = responder is not None and (responder.on in faulty or responder.on not in declared.event_types)
        problems.found += [each for each in noted.found if not (is_doubtful and _follows(each))]
        return responder

    return read_one


def _follows(problem: Problem) -> bool:
    """Return whether a problem only follows from an unknown type of the body: the rule may be right."""
    return problem.code == "unknown-type" or (problem.code == "not-boolean" and " is anything," in problem.message)


def _read_all(
    files: Mapping[str, bytes], unread: Collection[str], problems: Problems
) -> Mapping[str, Mapping[str, Node | None]]:
    """Return the content of each file, by folder and path; None for a file that cannot be read."""
    nodes: dict[str, dict[str, Node | None]] = {folder: {} for folder in (PROGRAM, *FOLDERS)}
    values = 0
    for path in unread:
        nodes[_folder_of(path)][path] = None
    for path in sorted(files):
        fault = fault_of_name(path)
        if fault is not None:
            problems.found.append(bad_name(path, fault))
        elif is_read(path):
            node = read_text(path, files[path], problems) if values <= MOST_VALUES else None
            nodes[_folder_of(path)][path] = node
            values += 0 if node is None else node.size
            if node is not None and values > MOST_VALUES:
                message = f"the files of a program hold at most {MOST_VALUES:,} values, and more with this one"
                problems.add(Place(path, 1, 1), "too-many-values", message)
        elif path.split("/")[0] != TESTS:
            message = f"a program is program.yaml and .yaml, .yml or .json files in {', '.join(FOLDERS)}"
            problems.add(Place(path, 1, 1), "misplaced-file", message, closest_match(path.split("/")[0], FOLDERS))
    return nodes


def _folder_of(path: str) -> str:
    return PROGRAM if path in PROGRAM_FILES else path.split("/")[0]


def _settings(nodes: Mapping[str, Node | None], problems: Problems) -> Settings | None:
    if not nodes:
        problems.add(Place(PROGRAM_FILES[0], 1, 1), "missing-program", "a program needs the file program.yaml")
    for path in list(nodes)[1:]:
        problems.add(Place(path, 1, 1), "several-programs", f"{next(iter(nodes))} is there already: remove one")
    node = next(iter(nodes.values()), None)
    return None if node is None else read_settings(node, problems)


def _declarations(
    nodes: Mapping[str, Mapping[str, Node | None]], settings: Settings | None, problems: Problems
) -> Declarations:
    events = _named(nodes["events"], lambda node: read_event(node, problems), "event", problems)
    event_types = with_transactions({**ANSWERED, **events})
    declared = Declarations(
        settings=settings or NO_SETTINGS,
        event_types=event_types,
        rewards={},
        names={
            "event type": event_types if len(events) == len(nodes["events"]) else None,
            "reward": _names_of(nodes["rewards"], "reward"),
            "wallet": settings.wallets if settings else None,
            "tier": names_of_all_tiers(settings) if settings else None,
            "tier set": settings.tier_sets if settings else None,
            "badge": settings.badges if settings else None,
            "achievement": _names_of(nodes["achievements"], "achievement"),
        },
    )
    declared.event_types = with_reversals(nodes["events"], declared, problems)
    issued_by = scopes_of_coupons(declared, nodes, _faulty_event_types(nodes["events"], problems))
    reader = RewardReader(settings, scopes_of_rewards(declared.settings), issued_by, problems)
    declared.rewards = _named(nodes["rewards"], reader.read, "reward", problems)
    return declared


def _measures(nodes: Mapping[str, Node | None]) -> Mapping[str, str]:
    """Return what each achievement counts, as `measure_text`, by name."""
    read = [node for node in nodes.values() if node is not None and "achievement" in node.entries]
    return {str(node.entries["achievement"].value): measure_text(node) for node in read}


def _names_of(nodes: Mapping[str, Node | None], key: str) -> Collection[str] | None:
    """Return the names in the files of a folder, before these are read; None if one cannot be read."""
    names = [node and node.entries.get(key) for node in nodes.values()]
    texts = [name.value for name in names if name and isinstance(name.value, str)]
    return texts if len(texts) == len(names) else None


def _named(
    nodes: Mapping[str, Node | None], read: Callable[[Node], Declared | None], key: str, problems: Problems
) -> dict[str, Declared]:
    """Return what the files of one folder declare, by name."""
    found: dict[str, Declared] = {}
    places: dict[str, Place] = {}
    for node in nodes.values():
        each = None if node is None else read(node)
        if node is None or each is None:
            continue
        place = node.place_of((key,))
        if each.name in found:
            problems.add(place, "duplicate-name", f"{key} {each.name} is in {places[each.name].file} already")
        else:
            found[each.name], places[each.name] = each, place
    return found
