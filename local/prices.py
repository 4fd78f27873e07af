"""Computes what AWS Lambda costs, from one table of prices with its date and source."""

from __future__ import annotations

import math
from dataclasses import dataclass

REGION = "us-east-1"
AS_OF = "October 2025"  # when these prices came into effect
SOURCE = "AWS Price List, service AWSLambda; shown at https://aws.amazon.com/lambda/pricing/"

MILLION = 1_000_000
MB_PER_GB = 1024  # in Lambda's GB-seconds


@dataclass(frozen=True)
class Prices:
    """On-demand prices of an architecture in US dollars, of the first tier and without the free tier."""

    gb_second: float  # of duration times memory size
    request: float

    def of_call(self, memory_size: int, milliseconds: float) -> float:
        """Return the price of one call.

        Args:
            memory_size: in MB.
            milliseconds: the duration of the call. That of the first call of an environment includes the init, which
                has been billed since August 2025.
        """
        gb_seconds = memory_size / MB_PER_GB * billed(milliseconds) / 1000
        return gb_seconds * self.gb_second + self.request


# The first tier is the first 6 billion GB-seconds of a month on x86_64, and the first 7.5 billion on arm64.
ON_DEMAND = {
    "x86_64": Prices(gb_second=0.0000166667, request=0.20 / MILLION),
    "arm64": Prices(gb_second=0.0000133334, request=0.20 / MILLION),
}

# On x86_64, in addition to the calls themselves.
PROVISIONED_GB_SECOND = 0.0000041667
SNAPSHOT_GB_SECOND = 0.0000015046
RESTORED_GB = 0.0001397998


def billed(milliseconds: float) -> int:
    """Return the milliseconds that Lambda bills for a duration: rounded up, and at least one."""
    return max(1, math.ceil(milliseconds))


@dataclass(frozen=True)
class StepFunctions:
    """On-demand prices of Step Functions, in US dollars, in the first of AWS's tiers and without its free tier."""

    transition: float  # of STANDARD, and of each start of a child execution
    request: float  # of EXPRESS
    gb_second: float  # of EXPRESS: of its duration in steps of 100 ms, times its memory in steps of 64 MB

    def of_standard(self, states: int) -> float:
        """Return the price of a child execution of type STANDARD that enters ``states`` states."""
        return (states + 1) * self.transition

    def of_express(self, milliseconds: float, memory: int = 64) -> float:
        """Return the price of a child execution of type EXPRESS.

        Args:
            memory: the billed memory in MB. 64 covers 50 MB, the definition and 14 MB of data.
        """
        gb_seconds = memory / MB_PER_GB * max(1, math.ceil(milliseconds / 100)) / 10
        return self.transition + self.request + gb_seconds * self.gb_second


STEP_FUNCTIONS = StepFunctions(transition=0.025 / 1000, request=1.00 / MILLION, gb_second=0.00001667)
STEP_FUNCTIONS_AS_OF = "October 2026"
STEP_FUNCTIONS_SOURCE = "https://aws.amazon.com/step-functions/pricing/"
