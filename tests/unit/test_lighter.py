"""Lighter forms of packages, where a layer is too large."""

import pytest

from build.host.distributions import Distribution, Distributions
from build.layer import layer, lighter


def test_a_package_that_has_one_is_named_with_it():
    assert (
        lighter.advice(["numpy", "xgboost"])
        == "xgboost can be asked for as xgboost-cpu, without the libraries for GPUs.\n"
    )
    assert lighter.advice(["numpy"]) == ""


def test_a_layer_that_is_too_large_for_it_says_so():
    found = Distributions([Distribution("xgboost", "3.0")], {"xgboost/lib.so": "xgboost"})
    with pytest.raises(layer.LayerTooLarge, match=r"xgboost +5 +100\.0%\nxgboost can be asked for as xgboost-cpu"):
        layer._check_size({"xgboost/lib.so": 5}, found, 4)
