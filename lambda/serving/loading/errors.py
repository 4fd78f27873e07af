"""The errors because of which a model is not served. Their messages say what to do."""

from __future__ import annotations


class ModelError(Exception):
    """The model is not the one that was deployed, or it cannot be served here."""


class FetchError(ModelError):
    """The model's bytes did not arrive. Another try may succeed."""


class NoRoom(FetchError):
    """The model fits neither into memory nor into /tmp."""

    @classmethod
    def of(cls, size: int, error: OSError) -> NoRoom:
        """Explain an error that occurred while the object was written."""
        return cls(
            f"there is no room for its {size:,} bytes: {error.strerror}. "
            "Raise memory_size or ephemeral_storage_size, or remove from /tmp what your own code leaves there"
        )


def lacks(error: ImportError) -> str:
    """Return a message that names the missing module which the model needs, and says how to add it."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return f"{type(error).__name__}: {error}"
    name = error.name.partition(".")[0]
    return (
        f"{error}. Build the layer with {name} in it: invoke build-layer, without the option --without or with "
        "--requirements FILE. If it is a module of your own, add it with invoke package --code. Then package and "
        "deploy again"
    )
