"""What all commands have in common: options, help, failures, exit codes, progress and tables."""

import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from invoke.context import Context
from invoke.exceptions import Exit
from rich.table import Table

import tasks
from build.dist.contents import KINDS, Contents
from build.dist.report import Report
from build.errors import UserError
from cli import command as commands
from cli import manual
from cli.command import command
from cli.printing.sizes import show_report
from cli.terminal import Terminal, made, terminal, typed, with_out

LONG = {"numpy-with-a-long-name": 9, "s3://a-bucket/with/a/very-long-key-that-no-column-has-room-for.pkl": 3}
NAMES = sorted(tasks.namespace.task_names)
PRELUDE = "import sys; sys.path.insert(0, {root!r}); from cli.terminal import *; from cli.command import *\n"


def arguments(name):
    return [argument for argument in tasks.namespace[name].get_arguments() if argument.name != "debug"]


@pytest.fixture
def invoke(root, tmp_path):
    def run(*words, **environment):
        argv = [sys.executable, "-m", "invoke", "--search-root", str(root), *words]
        env = {name: value for name, value in (os.environ | environment).items() if value is not None}
        return subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    return run


class TestOptions:
    @pytest.mark.parametrize("name", NAMES)
    def test_short_options_are_the_chosen_ones_and_h_is_none_of_them(self, name):
        for argument in tasks.namespace[name].get_arguments():
            chosen = commands.SHORT.get(argument.attr_name or argument.name)
            assert [each for each in argument.names if len(each) == 1] == ([chosen] if chosen else [])
            assert "h" not in argument.names
            assert argument.help, f"{name} --{argument.name}"

    @pytest.mark.parametrize(
        ("name", "is_changing"), [("deploy", True), ("rollback", True), ("prune", True), ("predict", False)]
    )
    def test_what_changes_the_world_has_a_dry_run(self, name, is_changing):
        assert any("n" in argument.names for argument in arguments(name)) == is_changing

    def test_h_explains_the_command_that_it_follows(self, invoke):
        printed = invoke("build-layer", "-h").stdout
        assert printed.startswith("Usage:") and "build-layer" in printed.splitlines()[0]
        assert "--[no-]cache" in printed
        assert "Exit codes: 0 done, 1 failed" in printed

    @pytest.mark.parametrize("words", [["predict", "-h"], ["prune", "--help"], ["bench", "--only", "x", "-h"]])
    def test_h_is_no_value_of_an_option_that_needs_no_name(self, invoke, words):
        done = invoke(*words)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("Usage:") and f" {words[0]} " in done.stdout

    def test_the_former_name_of_trim_for_still_works_and_says_so(self, invoke):
        done = invoke("build-layer", "--profile", "gone.pkl")
        assert "--profile is now called --trim-for" in done.stdout
        assert "gone.pkl" in done.stderr


class TestFailures:
    @staticmethod
    def run(error, **options):
        @command()
        def fails(c: Context) -> None:
            """Fail."""
            raise error

        with pytest.raises(Exit) as ended:
            fails(Context(), **options)
        return ended.value

    def test_what_the_caller_can_mend_is_a_message_and_1(self, capsys):
        ended = self.run(UserError(message="No such thing. Give one."))
        assert (ended.code, ended.message) == (1, "Error: No such thing. Give one.")
        assert "Traceback" not in capsys.readouterr().err

    def test_debug_shows_its_traceback(self, capsys):
        assert self.run(UserError(message="No such thing."), debug=True).code == 1
        assert "Traceback (most recent call last)" in capsys.readouterr().err

    def test_a_fault_of_the_command_has_its_traceback_and_says_where_to_report_it(self, capsys):
        ended = self.run(ZeroDivisionError("division by zero"))
        assert ended.code == 70
        assert "Please report it" in ended.message and "https://github.com/" in ended.message
        assert "ZeroDivisionError: division by zero" in capsys.readouterr().err

    def test_ctrl_c_is_130(self):
        assert self.run(KeyboardInterrupt()).code == 130

    @pytest.mark.parametrize(
        "words", [["predict", "e.json"], ["rollback"], ["logs"], ["prune", "3"], ["prune", "3", "--name", "x"]]
    )
    def test_missing_credentials_are_told_in_a_line_before_terraform_runs(self, invoke, tmp_path, words):
        (tmp_path / "e.json").write_text('{"instances": [[1]]}')
        unset = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"))
        files = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
        done = invoke(
            *words, **unset, **files, AWS_EC2_METADATA_DISABLED="true", AWS_REGION="eu-west-1", PATH="/nowhere"
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert re.fullmatch(r"Error: There are no AWS credentials\. Set AWS_PROFILE, or .*\n", done.stderr)

    def test_debug_is_an_option_of_every_command(self, invoke):
        done = invoke("package", "--debug")
        assert done.returncode == 1
        assert "Traceback" in done.stderr and "There is no layer in dist" in done.stderr


class TestClosedPipe:
    """The program that reads the output ends first."""

    @staticmethod
    def piped(line, tmp_path):
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {line}"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stderr

    @pytest.mark.parametrize("words", ["--list", "build-layer --help"])
    @pytest.mark.parametrize("unbuffered", ["", "1"])
    def test_what_invoke_prints_ends_in_silence(self, root, tmp_path, words, unbuffered):
        invoke = f"PYTHONUNBUFFERED={unbuffered} {shlex.quote(sys.executable)} -m invoke -r {shlex.quote(str(root))}"
        code, errors = self.piped(f"{invoke} {words} | (exec 0<&-; sleep 3)", tmp_path)
        assert errors == ""
        assert code == (1 if unbuffered else 0)  # a buffer is only written when all else is done

    def test_a_command_ends_in_silence_with_the_code_of_a_closed_pipe(self, root, tmp_path):
        body = "\n".join(
            [
                PRELUDE.format(root=str(root)),
                "from invoke.collection import Collection",
                "from invoke.program import Program",
                "@command()",
                "def talks(c):",
                "    for number in range(100_000):",
                "        show(f'line {number}')",
                "Program(namespace=Collection(talks)).run(['x', 'talks'])",
            ]
        )
        (tmp_path / "talks.py").write_text(body)
        line = f"{shlex.quote(sys.executable)} talks.py | head -1; exit ${{PIPESTATUS[0]}}"
        assert self.piped(line, tmp_path) == (141, "")


class TestProgress:
    STEPS = (
        "import time\n"
        "with terminal.at_work('invoke x', data=False, spinner=True):\n"
        "    say('A short step'); say('A long step'); time.sleep(1.3); show('The result')\n"
    )

    @staticmethod
    def on_a_terminal(code, folder):
        """What a terminal shows of a program: all that it was sent."""
        (folder / "steps.py").write_text(code)
        parent, child = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "steps.py"], cwd=folder, stdout=child, stderr=child, env=os.environ | {"TERM": "xterm"}
        ) as process:
            os.close(child)
            sent = b""
            try:
                while data := os.read(parent, 4096):
                    sent += data
            except OSError:  # the other end is closed
                pass
            os.close(parent)
        assert process.returncode == 0, sent
        return sent.decode()

    def test_on_a_terminal_a_step_has_a_spinner_and_its_seconds(self, root, tmp_path):
        sent = self.on_a_terminal(PRELUDE.format(root=str(root)) + self.STEPS, tmp_path)
        assert re.search("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", sent)
        assert re.search(r"A long step \(1\.\d s\)", sent)
        assert "A short step (" not in sent
        assert sent.index("A long step (") < sent.rindex("The result")

    def test_after_the_spinner_each_line_comes_at_once(self, root, tmp_path):
        code = self.STEPS + "    terminal.stop_spinner(); say('A request'); time.sleep(0.6); say('Another')\n"
        sent = self.on_a_terminal(PRELUDE.format(root=str(root)) + code, tmp_path)
        after = sent[sent.index("A request") :]
        assert not re.search("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", after) and "Another" in after

    def test_elsewhere_steps_are_plain_lines(self, root, tmp_path):
        (tmp_path / "steps.py").write_text(PRELUDE.format(root=str(root)) + self.STEPS)
        done = subprocess.run([sys.executable, "steps.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == "A short step\nA long step\nThe result\n"

    def test_where_the_result_is_data_all_else_goes_to_stderr(self, capfd):
        with terminal.at_work("invoke x", data=True, spinner=True):
            terminal.say("A step")
            terminal.data({"predictions": [1]})
            terminal.next("invoke logs")
        printed, errors = capfd.readouterr()
        assert errors == "A step\nNext: invoke logs\n"
        assert printed.split() == ["{", '"predictions":', "[", "1", "]", "}"]


class TestTables:
    """At 80 columns, and in a pipe, which has no width of its own."""

    def test_a_table_fits_80_columns_with_nothing_cut_off(self, capsys, monkeypatch):
        monkeypatch.delenv("COLUMNS", raising=False)
        headings = [f"heading of column {number}" for number in range(7)]
        table = Table(*headings)
        table.add_row(*LONG, *["1,234.5 MB"] * 5)
        Terminal().show(table)
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= 80
        cells = ["".join(line.split("│")[1].strip() for line in lines if line.startswith("│"))]
        assert cells == ["numpy-with-a-long-name"]
        assert "…" not in "".join(lines)

    @pytest.mark.parametrize(("columns", "has_kinds"), [("80", False), ("130", True)])
    def test_the_report_has_each_number_at_80_columns_and_the_kinds_of_files_with_more(
        self, capsys, monkeypatch, columns, has_kinds
    ):
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.setattr(terminal, "results", Terminal().results)
        monkeypatch.setattr(terminal, "messages", terminal.results)
        packages = {name: dict.fromkeys(KINDS, size * 1_000_000) for name, size in LONG.items()}
        held = Contents(packages, {"tests": dict.fromkeys(LONG, 123_400_000)}, "all modules")
        show_report(Report("python3.13, x86_64", 60_000_000, {"s3": 900_000}, None, held, {}))
        lines = capsys.readouterr().out.splitlines()
        table = [line for line in lines if line[:1] in "┏┃┡│└"]
        assert max(map(len, table)) <= int(columns)
        row = next(line for line in table if line.startswith("│ numpy"))
        for cell in ("45.0", "75.0%", "█" * 12, "123.4"):
            assert f" {cell} " in row
        assert ("bytecode" in "".join(table)) == has_kinds
        assert "…" not in "".join(lines)


class TestNextCommand:
    @pytest.mark.parametrize(
        ("argv", "expected"),
        [
            (["invoke", "package"], "invoke predict"),
            (["invoke", "--search-root", "../the tool", "package"], "invoke --search-root '../the tool' predict"),
            (["invoke", "--search-root=x", "package", "-r", "request.json"], "invoke --search-root x predict"),
            (["invoke", "package", "-r", "request.json"], "invoke predict"),
        ],
    )
    def test_it_is_what_has_to_be_typed_here(self, monkeypatch, argv, expected):
        monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
        monkeypatch.setattr(sys, "argv", argv)
        assert typed("invoke predict") == expected

    def test_a_folder_that_is_not_the_usual_one_is_named(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert with_out(tmp_path / "dist") == ""
        assert with_out(tmp_path / "my dist") == " --out 'my dist'"

    def test_what_was_made_has_its_size(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        Path("a.svg").write_bytes(b"x" * 1234)
        Path("b.zip").write_bytes(b"x" * 1_500_000)
        assert made(tmp_path / "a.svg") == "a.svg: 1.2 kB"
        assert made(tmp_path / "b.zip") == "b.zip: 1.50 MB"


class TestReference:
    def test_the_page_has_every_command_and_option_as_it_is(self):
        text = manual.PAGE.read_text(encoding="utf-8")
        assert manual.rendered(text) == text, "Run: invoke docs"
        for name in NAMES:
            section = text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
            assert section
            for argument in arguments(name):
                typed = str(argument.name).replace("_", "-")
                assert re.search(rf"`--(no-)?{typed}\b", section), f"{name} --{typed}"

    def test_the_page_has_every_exit_code(self):
        text = manual.PAGE.read_text(encoding="utf-8")
        for code in commands.EXIT_CODES:
            assert f"| {code} | " in text

    def test_the_page_has_every_variable_that_the_commands_read(self, root):
        text = manual.PAGE.read_text(encoding="utf-8")
        read = re.compile(r"""(?:environ(?:\.get\(|\[)|getenv\()["']([A-Z_]+)["']""")
        for room in ("build", "cli", "local", "bench"):
            for path in (root / room).rglob("*.py"):
                if path.parent.name in ("target", "handlers"):  # these run elsewhere
                    continue
                for name in set(read.findall(path.read_text())) - NOT_OF_THE_CALLER:
                    assert f"`{name}`" in text, f"{path.relative_to(root)} reads {name}"


# Of WSGI, of a process that is started here, and of uv
NOT_OF_THE_CALLER = {"SERVER_PORT", "SERVER_PROTOCOL", "RAW_URI", "PYTHONPATH", "PATH"}
