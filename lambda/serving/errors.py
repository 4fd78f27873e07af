"""Why a model is not served."""

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
