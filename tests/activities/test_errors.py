"""Every error is listed either as never retried or as retried."""

import importlib
import pkgutil
from collections import Counter

import activities
import database
import loyalty
import program_files
import rules
from activities.errors import NEVER_RETRY, never_retried
from workflows.activity_options import RETRY_FOREVER

BELOW_WORKFLOWS = (rules, loyalty, program_files, database, activities)

RETRIED = {
    # A key of the secrets is missing: passes when it is given, and until then nothing is lost.
    "SecretKeyError",
    # Results of one attempt to deliver, never raised by an activity.
    "AddressRefusedError",
    # Raised by the verification of signatures, which no step does.
    "VerificationError",
    "HeaderMissingError",
    "StaleError",
    "SignatureError",
    # Two transactions stored the same thing at the same time: a retry finds what the other stored.
    "ConcurrentInsert",
    "ConcurrentMerge",
    # Raised by deploying and by opening a database, which no step does.
    "AnotherInForce",
    "NotPulled",
    "OvertakenDeploy",
    "InvalidDatabaseUrl",
    "NewerSchema",
    # Raised for a request of liability, which no step makes.
    "InvalidLiabilityRequest",
    "OutOfRange",
    "PeriodReversed",
    # Caught where the lines of an import are read: the line is refused, or the import fails with the reason.
    "FileFault",
    "LineFault",
    # Caught where an attribute is set: the change is refused, or the decision says why.
    "UnfitValue",
    # Caught where program files and rules are read.
    "SchemaError",
    "TooDeepForOneFunction",
    "TooLargeToAnalyse",
    "Unreadable",
    "_OtherRevision",
    # Raised by a backtest, which no step makes.
    "DetailsRemoved",
    "_Stopped",
    # The program is loaded, and the step is run again.
    "NeedsRevision",
    # Caught where a reward is sold or issued: it is refused with the reason.
    "TakesTooLong",
    # The rules are evaluated in another process, and the step is run again.
    "NeedsEvaluation",
    "TooMuchAtOnce",
    # The step is run again for the member into whom that of the event was merged.
    "EventMoved",
    "_Stop",
}


def defined_errors() -> set[type[Exception]]:
    """Every exception class that the packages below the workflows define."""
    found: set[type[Exception]] = set()
    for package in BELOW_WORKFLOWS:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in module.name:
                continue  # scripts that Alembic runs
            for each in vars(importlib.import_module(module.name)).values():
                if isinstance(each, type) and issubclass(each, Exception) and each.__module__ == module.name:
                    found.add(each)
    return found


def test_every_error_is_either_never_retried_or_listed_here_as_retried() -> None:
    defined = {error.__name__ for error in defined_errors()}
    final = {error.__name__ for error in defined_errors() if issubclass(error, NEVER_RETRY)}

    unlisted, gone = defined - final - RETRIED, (final | RETRIED) - defined

    assert (unlisted, gone) == (set(), set())
    assert final.isdisjoint(RETRIED)


def test_no_two_errors_share_a_name() -> None:
    counted = Counter(error.__name__ for error in defined_errors())

    assert [name for name, count in counted.items() if count > 1] == []


def test_the_retry_policy_holds_the_names_of_the_table_and_their_subclasses() -> None:
    final = {error for error in defined_errors() if issubclass(error, NEVER_RETRY)}

    assert final == never_retried()
    assert set(RETRY_FOREVER.non_retryable_error_types or ()) == {error.__name__ for error in final}
