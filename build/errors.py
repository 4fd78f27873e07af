"""Errors that the caller can mend, apart from those that are our own."""

from pathlib import Path

from build.host.paths import shown


class UserError(Exception):
    """A failure to expect: shown as one message without a traceback, with exit code 1.

    A subclass is one cause. Its ``template`` names the cause and what to do next; the facts come as keyword arguments.
    """

    template = "{message}"

    def __init__(self, **facts: object) -> None:
        told = {name: shown(fact) if isinstance(fact, Path) else fact for name, fact in facts.items()}
        super().__init__(self.template.format(**told))
