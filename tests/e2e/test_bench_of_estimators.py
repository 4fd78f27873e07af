"""The bench of the first answers of all estimators, for some of them."""

import pytest

from bench import estimators


def test_estimators_are_packaged_once_and_answer_sooner_by_their_plans(tmp_path):
    said = []
    # nearest neighbours use scipy.stats; the envelope's module takes a distribution of it, which only fitting uses
    names = ["EllipticEnvelope", "KNeighborsClassifier"]
    made = estimators.run(tmp_path / "results", said.append, names, tmp_path / "scratch", rounds=1)
    assert made.ratios["without_a_plan"] == 0
    assert made.ratios["greatest_vs_eager"] < 0.6
    assert sum("packaged" in line for line in said) == 2
    said.clear()
    again = estimators.run(tmp_path / "results", said.append, names[:1], tmp_path / "scratch", rounds=1)
    assert [row[0] for row in again.rows] == names[:1]
    assert not any("packaged" in line for line in said)
    with pytest.raises(
        estimators.UnknownEstimator, match=r"no estimator 'Ridged' that predicts\. Use some of: .*Ridge,"
    ):
        estimators.run(tmp_path / "results", said.append, ["Ridged"], tmp_path / "scratch")
