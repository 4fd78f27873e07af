"""What tests of tables without pandas compare with pandas: arrays to the bit, and what is refused."""

import numpy as np


def shown(array):
    return (
        array.dtype,
        [(type(value), repr(value)) for value in array.ravel(order="K").tolist()],
        array.flags.f_contiguous,
    )


def outcome(ask):
    try:
        return [repr(value) for value in np.asarray(ask()).tolist()]
    except Exception:
        return "refused"
