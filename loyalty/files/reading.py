"""A program from its files: every problem of every file in one go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from loyalty.builtin_events import BUILT_IN
from loyalty.files.achievements import read_achievement
from loyalty.files.events import read_event
from loyalty.files.folder import FOLDERS, PROGRAM_FILES, SUFFIXES, TESTS
from loyalty.files.known import Known
from loyalty.files.nodes import Node
from loyalty.files.problems import Problem, Problems, ProgramFaults, in_order, nearest
from loyalty.files.reactors import read_reactor
from loyalty.files.rewards import read_reward
from loyalty.files.settings import NO_SETTINGS, Settings, read_settings
from loyalty.files.text import read_text
from loyalty.program import Place, Program


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Thing = TypeVar("Thing", bound=_Named)

PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: every problem in the order of their places, and the program unless one is an error."""

    program: Program | None
    problems: tuple[Problem, ...]


def check_program(files: Mapping[str, bytes], *, now: datetime) -> Report:
    """The program that files say, by their paths inside the folder, with all that is or may be wrong with it."""
    problems = Problems()
    program = _program(files, problems)
    return Report(None if problems.errors else program, in_order(problems.found))


def read_program(files: Mapping[str, bytes]) -> Program:
    """The program that files say; ProgramFaults carries every error. What was right once stays so: no date matters."""
    problems = Problems()
    program = _program(files, problems)
    if program is None or problems.errors:
        raise ProgramFaults(problems.errors)
    return program


def _program(files: Mapping[str, bytes], problems: Problems) -> Program | None:
    """The program; None where an error leaves too little of it."""
    nodes = _read_all(files, problems)
    settings = _settings(nodes[PROGRAM], problems)
    known = _known(nodes, settings, problems)
    reactors = _named(nodes["reactors"], lambda node: read_reactor(node, problems, known), "reactor", problems)
    achievements = _named(
        nodes["achievements"], lambda node: read_achievement(node, problems, known), "achievement", problems
    )
    if settings is None:
        return None
    return Program(
        store=settings.store,
        title=settings.title,
        zone=settings.zone,
        registers_unknown_members=settings.registers_unknown_members,
        wallets=settings.wallets,
        notify_before=settings.notify_before,
        tiers=settings.tiers,
        tier_by=settings.tier_by,
        event_types=known.event_types,
        reactors=tuple(reactors.values()),
        achievements=tuple(achievements.values()),
        rewards=known.rewards,
        badges=settings.badges or {},
    )


def _read_all(files: Mapping[str, bytes], problems: Problems) -> Mapping[str, Mapping[str, Node | None]]:
    """What each file says, by folder and path; None for a file that cannot be read."""
    nodes: dict[str, dict[str, Node | None]] = {folder: {} for folder in (PROGRAM, *FOLDERS)}
    for path in sorted(files):
        folder = path.split("/")[0]
        if path in PROGRAM_FILES:
            nodes[PROGRAM][path] = read_text(path, files[path], problems)
        elif folder in FOLDERS and "/" in path and path.endswith(SUFFIXES):
            nodes[folder][path] = read_text(path, files[path], problems)
        elif folder != TESTS:
            message = f"a program is program.yaml and .yaml, .yml or .json files in {', '.join(FOLDERS)}"
            problems.add(Place(path, 1, 1), "misplaced-file", message, nearest(folder, FOLDERS))
    return nodes


def _settings(nodes: Mapping[str, Node | None], problems: Problems) -> Settings | None:
    if not nodes:
        problems.add(Place(PROGRAM_FILES[0], 1, 1), "missing-program", "a program needs the file program.yaml")
    for path in list(nodes)[1:]:
        problems.add(Place(path, 1, 1), "several-programs", f"{next(iter(nodes))} is there already: remove one")
    node = next(iter(nodes.values()), None)
    return None if node is None else read_settings(node, problems)


def _known(nodes: Mapping[str, Mapping[str, Node | None]], settings: Settings | None, problems: Problems) -> Known:
    events = _named(nodes["events"], lambda node: read_event(node, problems), "event", problems)
    rewards = _named(nodes["rewards"], lambda node: read_reward(node, problems), "reward", problems)
    event_types = {**BUILT_IN, **events}
    return Known(
        settings=settings or NO_SETTINGS,
        event_types=event_types,
        rewards=rewards,
        names={
            "event type": event_types if len(events) == len(nodes["events"]) else None,
            "reward": rewards if len(rewards) == len(nodes["rewards"]) else None,
            "wallet": settings.wallets if settings else None,
            "tier": [tier.name for tier in settings.tiers] if settings else None,
            "badge": settings.badges if settings else None,
        },
    )


def _named(
    nodes: Mapping[str, Node | None], read: Callable[[Node], Thing | None], key: str, problems: Problems
) -> dict[str, Thing]:
    """The things that files hold, by name."""
    things: dict[str, Thing] = {}
    places: dict[str, Place] = {}
    for node in nodes.values():
        thing = None if node is None else read(node)
        if node is None or thing is None:
            continue
        place = node.place_of((key,))
        if thing.name in things:
            problems.add(place, "duplicate-name", f"{key} {thing.name} is in {places[thing.name].file} already")
        else:
            things[thing.name], places[thing.name] = thing, place
    return things
