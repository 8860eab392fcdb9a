"""The tree of refusals in the docstring of their module is complete."""

import loyalty.refusals
from loyalty.refusals import Refusal


def test_the_documented_tree_has_every_refusal() -> None:
    drawn = {line.split("── ")[1].split()[0] for line in (loyalty.refusals.__doc__ or "").splitlines() if "── " in line}

    assert drawn == {refusal.__name__ for refusal in Refusal.__subclasses__()}
