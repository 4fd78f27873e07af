"""The base class of errors that users can fix themselves. All other errors are faults of this project."""

from pathlib import Path

from build.host.paths import shown


class UserError(Exception):
    """An error that is shown as one message without a traceback, with exit code 1.

    Each subclass stands for one cause. Its ``template`` names the cause and says what to do next. The facts that it
    mentions are passed as keyword arguments.
    """

    template = "{message}"

    def __init__(self, **facts: object) -> None:
        texts = {name: shown(fact) if isinstance(fact, Path) else fact for name, fact in facts.items()}
        super().__init__(self.template.format(**texts))
