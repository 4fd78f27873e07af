"""Why a model is not served."""


class ModelError(Exception):
    """The model is not the one that was deployed, or cannot be served here."""


class FetchError(ModelError):
    """The model's bytes did not get here; the next try may be luckier."""
