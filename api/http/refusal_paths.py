"""Where a request has what a refusal is about, if that is not where `REFUSALS` says."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from api.http.errors import BadInput, faults_of_refusal
from loyalty.refusals import Refusal


@contextmanager
def refusals_at(paths: Mapping[type[Refusal], str]) -> Iterator[None]:
    """Show refusals at these paths, by their types."""
    try:
        yield
    except tuple(paths) as refusal:
        raise BadInput.of(replace(each, path=paths[type(refusal)]) for each in faults_of_refusal(refusal)) from refusal
