"""Why a model is not served, and what to do about it."""

from __future__ import annotations


class ModelError(Exception):
    """The model is not the one that was deployed, or cannot be served here."""


class FetchError(ModelError):
    """The model's bytes did not get here; the next try may be luckier."""


class NoRoom(FetchError):
    """The model fits neither memory nor /tmp."""

    @classmethod
    def of(cls, size: int, error: OSError) -> NoRoom:
        """As writing says it."""
        return cls(
            f"there is no room for its {size:,} bytes: {error.strerror}. "
            "Raise memory_size or ephemeral_storage_size, or remove from /tmp what your own code leaves there"
        )


def lacks(error: ImportError) -> str:
    """That something of the model's is not there, and how it gets there."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return f"{type(error).__name__}: {error}"
    name = error.name.partition(".")[0]
    return (
        f"{error}. Build the layer with {name} in it: invoke build-layer, without the option --without or with "
        "--requirements FILE. A module of your own goes to invoke package --code. Then package and deploy anew"
    )
