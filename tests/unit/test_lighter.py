"""Lighter forms of packages, where a layer is too large."""

import pytest

from build.host.distributions import Distribution, Distributions
from build.layer import lighter, packing


def test_a_package_that_has_one_is_named_with_it():
    assert (
        lighter.advice(["numpy", "xgboost"])
        == "Instead of xgboost, you can require xgboost-cpu, which comes without the libraries for GPUs.\n"
    )
    assert lighter.advice(["numpy"]) == ""


def test_a_layer_that_is_too_large_for_it_says_so():
    found = Distributions([Distribution("xgboost", "3.0")], {"xgboost/lib.so": "xgboost"})
    said = r"xgboost +5 +100\.0%\nInstead of xgboost, you can require xgboost-cpu"
    with pytest.raises(packing.LayerTooLarge, match=said):
        packing._check_size({"xgboost/lib.so": 5}, found, 4)
