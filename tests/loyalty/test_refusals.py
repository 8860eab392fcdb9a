"""Refusals of operations, as the page at the top of their module draws them."""

import loyalty.refusals
from loyalty.refusals import Refusal


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = {line.split("── ")[1].split()[0] for line in (loyalty.refusals.__doc__ or "").splitlines() if "── " in line}

    assert drawn == {refusal.__name__ for refusal in Refusal.__subclasses__()}
