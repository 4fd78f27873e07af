"""Shortens Python's list of warning filters without changing its effect on predictions.

In recent versions of scikit-learn, each tree of a forest copies the whole list when it predicts. The imports of numpy
and SciPy have added filters to it, and for 100 trees the copies take a third of the time. The added filters concern
these imports themselves, or change only how often a warning is shown.
"""

from __future__ import annotations

import re
import warnings

# The filters of numpy and SciPy, by the words of their message, and by the category that they always show
OF_IMPORTS = (
    "numpy.ndarray size changed",
    "numpy.ufunc size changed",
    "numpy.dtype size changed",
    "the matrix subclass is not the recommended way",
)
ALWAYS_SHOWN = ("RankWarning", "SpecialFunctionWarning")
QUIET = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)  # in Python's own order


def shorten() -> None:
    """Remove the filters that the imports added, and replace the four by which Python ignores warnings with one.

    If the list does not end as Python's own does, somebody has changed it on purpose, and it is left alone.
    """
    own = [("ignore", None, category, None, 0) for category in QUIET]
    if warnings.filters[-len(own) :] != own:
        return
    kept = list(warnings.filters[: -len(own)])
    # Only filters at the end are removed: one before somebody else's filter keeps warnings from reaching that filter
    while kept and _is_needless(*kept[-1]):
        kept.pop()
    warnings.filters[:] = kept  # type: ignore[index]
    warnings.simplefilter("ignore", QUIET, append=True)  # a tuple works, as in `issubclass`


def _is_needless(
    action: str,
    message: str | re.Pattern[str] | None,
    category: type[Warning] | tuple[type[Warning], ...],
    module: str | re.Pattern[str] | None,
    line: int,
) -> bool:
    text, where = getattr(message, "pattern", message), getattr(module, "pattern", module)
    if action == "ignore":
        return where is None and line == 0 and text in OF_IMPORTS
    if action == "default":
        return (text, category, where) == (None, DeprecationWarning, "__main__")  # Lambda's runtime is __main__
    return action == "always" and text is None and where is None and getattr(category, "__name__", "") in ALWAYS_SHOWN
