"""Whole numbers by powers of ten: each quotient is what `float` makes of the digits, or it is said to be unsure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving.requests.decimals import MOST_DECIMALS, divided

LARGEST = 2**63 - 2**10
decimals = st.integers(0, MOST_DECIMALS)
whole = st.one_of(
    st.integers(0, LARGEST),
    st.integers(0, 2**53 + 10),
    # beside the middle of two doubles: an odd number of 54 bits, times powers of ten
    st.builds(
        lambda odd, power, beside: min(max((2 * odd + 1) * 10**power // 2 + beside, 0), LARGEST),
        st.integers(2**52, 2**53 - 1),
        st.integers(0, 3),
        st.integers(-2, 2),
    ),
    # as Python writes numbers
    st.floats(1e-5, 1e9).map(lambda number: int(f"{number!r}".replace(".", "").partition("e")[0])),
    # beside a power of two
    st.builds(lambda power, beside: 2**power + beside, st.integers(53, 62), st.integers(-9, 9)),
)


def text(digits: int, places: int) -> str:
    filled = str(digits).rjust(places + 1, "0")
    return f"{filled[: len(filled) - places]}.{filled[len(filled) - places :]}"


@given(st.lists(st.tuples(whole, decimals), min_size=1, max_size=200))
def test_a_quotient_is_what_float_says_or_unsure(pairs):
    digits, places = (np.array(each, np.int64) for each in zip(*pairs, strict=True))
    found, unsure = divided(digits, places)
    sure = set(range(len(pairs))) - set(unsure.tolist())
    assert {at: found[at] for at in sure} == {at: float(text(*pairs[at])) for at in sure}


def test_few_are_unsure():
    draw = np.random.default_rng(1)
    digits = draw.integers(2**53, LARGEST, 100_000)
    found, unsure = divided(digits, draw.integers(0, MOST_DECIMALS + 1, len(digits)))
    assert len(found) == len(digits)
    assert len(unsure) < len(digits) / 1000


@pytest.mark.parametrize(("digits", "places"), [(2**53 + 1, 0), (45_035_996_273_704_975, 1), ((2**54 + 2) * 50, 2)])
def test_the_middle_of_two_doubles_is_unsure(digits, places):
    assert divided(np.array([digits]), np.array([places]))[1].tolist() == [0]
