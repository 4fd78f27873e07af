"""No option of a command and no input of a module is taken and then not looked at."""

import ast
import inspect
import re
import textwrap

import pytest

import tasks
from tests.conftest import ROOT

COMMANDS = sorted(tasks.namespace.task_names)
MODULES = [ROOT, *sorted(path for path in (ROOT / "modules").iterdir() if path.is_dir())]


def idle(function):
    """The parameters of a function that its body does not read, the first aside: invoke's context."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function)))).body[0]
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return {argument.arg for argument in [*tree.args.args, *tree.args.kwonlyargs][1:]} - read


def test_an_idle_parameter_is_noticed():
    def example(c, used, idle_one=None):
        return used

    assert idle(example) == {"idle_one"}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_of_a_command_is_read(name):
    assert idle(tasks.namespace[name].body) == set()


@pytest.mark.parametrize("folder", MODULES, ids=lambda path: path.name if path != ROOT else "root")
def test_each_input_of_a_module_is_read(folder):
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.tf"))
    apart = re.sub(r'^variable "\w+" \{.*?^\}', "", text, flags=re.DOTALL | re.MULTILINE)
    names = set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE))
    assert names - set(re.findall(r"\bvar\.(\w+)", apart)) == set()
