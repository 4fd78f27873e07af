"""Makes Python's list of warning filters short, and keeps what it says.

In recent versions of scikit-learn, each tree of a forest that predicts copies the whole list. The imports of numpy and
SciPy have added to it, and for 100 trees the copies take a third of the time. What was added is about these imports
themselves, or changes how often a warning is shown, and no more.
"""

from __future__ import annotations

import re
import warnings

# of numpy and SciPy: by the words of the message, or by the name of the category that is always shown
OF_IMPORTS = (
    "numpy.ndarray size changed",
    "numpy.ufunc size changed",
    "numpy.dtype size changed",
    "the matrix subclass is not the recommended way",
)
ALWAYS_SHOWN = ("RankWarning", "SpecialFunctionWarning")
QUIET = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)  # Python's own, in its order


def shorten() -> None:
    """Leave out what the imports added, and have one filter ignore what Python ignores by four.

    Where the list does not end as Python's own does, somebody wants it otherwise, and it stays as it is.
    """
    own = [("ignore", None, category, None, 0) for category in QUIET]
    if warnings.filters[-len(own) :] != own:
        return
    kept = list(warnings.filters[: -len(own)])
    while kept and _is_needless(*kept[-1]):  # before a filter of somebody else's it stays: it keeps warnings from that
        kept.pop()
    warnings.filters[:] = kept  # type: ignore[index]
    warnings.simplefilter("ignore", QUIET, append=True)  # type: ignore[arg-type]  # as `issubclass` takes it


def _is_needless(
    action: str,
    message: str | re.Pattern[str] | None,
    category: type[Warning],
    module: str | re.Pattern[str] | None,
    line: int,
) -> bool:
    text, where = getattr(message, "pattern", message), getattr(module, "pattern", module)
    if action == "ignore":
        return where is None and line == 0 and text in OF_IMPORTS
    if action == "default":
        return (text, category, where) == (None, DeprecationWarning, "__main__")  # which is Lambda's runtime
    return action == "always" and text is None and where is None and category.__name__ in ALWAYS_SHOWN
