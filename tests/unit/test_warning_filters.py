"""The list of warning filters is short once a model is loaded, and says what it said before."""

import subprocess
import sys

import pytest

SHORTEN = "from serving.loading import warning_filters; warning_filters.shorten()\n"
QUIET = "(DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)"


@pytest.fixture
def run(root):
    """Runs a script in a Python that nothing was imported in, and returns what it writes on both streams."""

    def run(script, *words):
        done = subprocess.run(
            [sys.executable, *words, "-c", script],
            cwd=root / "lambda",
            env={"PYTHONPATH": str(root / "lambda")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return run


@pytest.mark.parametrize("before", ["", "import sklearn.ensemble, scipy.special, scipy.sparse, pandas\n"])
def test_one_filter_is_left(run, before):
    said = run(f"import warnings\n{before}{SHORTEN}assert warnings.filters == [('ignore', None, {QUIET}, None, 0)]")
    assert said == ""


@pytest.mark.parametrize(
    ("category", "is_shown"),
    [
        ("UserWarning", True),
        ("FutureWarning", True),
        ("DeprecationWarning", False),
        ("PendingDeprecationWarning", False),
        ("ImportWarning", False),
        ("ResourceWarning", False),
        ("type('Own', (DeprecationWarning,), {})", False),
    ],
)
def test_warnings_are_shown_or_not_as_before(run, category, is_shown):
    names = f"{{'category': {category}, 'warnings': warnings}}"  # a module of its own: in __main__ more is shown
    warn = f"import warnings\nexec('warnings.warn(\"said\", category)', {names})"
    before, after = run(warn), run("import sklearn.ensemble\n" + SHORTEN + warn)
    assert ("said" in before, "said" in after) == (is_shown, is_shown)


@pytest.mark.parametrize(
    "own",
    [
        "simplefilter('error')",
        "simplefilter('error', UserWarning)",
        "filterwarnings('ignore', message='X does not have')",
        "filterwarnings('always', category=UserWarning, module='own')",
        "filterwarnings('ignore', message='numpy.ndarray size changed', module='own')",
    ],
)
def test_filters_of_others_stay(run, own):
    run(
        f"import warnings, sklearn.ensemble\nwarnings.{own}\nmine = warnings.filters[0]\n{SHORTEN}"
        "assert warnings.filters[0] == mine and len(warnings.filters) == 2, warnings.filters"
    )


def test_a_list_with_another_end_stays(run):
    run(
        "import warnings\nwarnings.simplefilter('default', append=True)\nbefore = list(warnings.filters)\n"
        f"{SHORTEN}assert warnings.filters == before"
    )


@pytest.mark.parametrize("words", [["-W", "error"], ["-W", "default"], ["-X", "dev"]])
def test_what_the_caller_of_python_wants_comes_first(run, words):
    run(
        f"import warnings\nfirst = warnings.filters[0]\n{SHORTEN}assert warnings.filters[0] == first, warnings.filters",
        *words,
    )


@pytest.mark.parametrize(
    ("words", "warn", "is_shown"),
    [
        (["-W", "error"], "np.matrix([1])", False),  # scipy.sparse ignores it, before this filter makes it an error
        (["-W", "error"], "warnings.warn('numpy.dtype size changed', RuntimeWarning)", False),
        (["-W", "error"], "np.polyfit([1, 1], [1, 1], 1)", True),  # numpy always shows it
        (["-W", "ignore"], "np.polyfit([1, 1], [1, 1], 1)", True),
    ],
)
def test_what_the_imports_keep_from_other_filters_is_still_kept_from_them(run, words, warn, is_shown):
    imports = "import warnings\nimport numpy as np\nimport scipy.sparse\n"
    before, after = run(imports + warn, *words), run(imports + SHORTEN + warn, *words)
    assert (before != "", after != "") == (is_shown, is_shown)


def test_a_forest_predicts_with_it(run):
    """scikit-learn gives each filter of the list to the functions that make filters."""
    run(
        "import numpy as np, sys\nfrom sklearn.ensemble import RandomForestRegressor\n"
        "rows = np.random.default_rng(0).normal(size=(50, 3))\n"
        "forest = RandomForestRegressor(10).fit(rows, rows[:, 0])\n"
        f"before = forest.predict(rows)\n{SHORTEN}assert (forest.predict(rows) == before).all()"
    )
