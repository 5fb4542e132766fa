"""The reference of commands is what the parser takes: both ways, with exit codes and variables."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from pmm_site.commands.parsing import parser
from pmm_site.problems import ExitCode

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/commands.md").read_text("utf-8")
ROWS = {each.split()[0]: each for each in re.findall(r"^\| `([a-z0-9]+ ?[^`]*)` \|", PAGE, re.MULTILINE)}
EVERYWHERE = {"--help", "--project", "--output", "--format"}


def commands() -> dict[str, argparse.ArgumentParser]:
    """Each command with its parser."""
    (sub,) = (each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    return dict(sub.choices)


def test_the_commands_are_those_of_the_reference() -> None:
    """None is missing and none is made up."""
    assert ROWS.keys() == commands().keys()


@pytest.mark.parametrize("name", commands())
def test_options_and_arguments_are_those_of_the_reference(name: str) -> None:
    """Every option of a command with the word for its value, every argument; and nothing that it does not take."""
    taken, words = set(), ROWS[name]
    for action in commands()[name]._actions:
        long = next((each for each in action.option_strings if each.startswith("--")), None)
        if long in EVERYWHERE:
            continue
        shown = " ".join(each for each in (long, str(action.metavar) if action.nargs != 0 else None) if each)
        taken.add(long)
        assert re.search(rf"(?:^|[ \[]){re.escape(shown)}(?:…|,|\]| |$)", words.removeprefix(name)), shown
    assert set(re.findall(r"--[a-z-]+", words)) <= taken


@pytest.mark.parametrize("name", commands())
def test_help_tells_every_argument_and_every_default(name: str) -> None:
    """Each argument and option says what it is, and its default; folders are told by the commands that use them."""
    actions = {action.dest: action for action in commands()[name]._actions}
    assert [each for each, action in actions.items() if not action.help] == []
    unsaid = {
        each
        for each, action in actions.items()
        if isinstance(action.default, (int, str)) and f"(default: {action.default})" not in str(action.help)
    }
    assert unsaid - {"help", "format"} <= {"full", "pdf"}
    told = {each for each in ("project", "output") if actions[each].help != argparse.SUPPRESS}
    assert told == FOLDERS.get(name, {"project", "output"})


FOLDERS: dict[str, set[str]] = {
    "new": set(), "demo": set(), "verify": set(),
    "check": {"project"}, "theme": {"project"}, "i18n": {"project"}, "diff": {"project"},
}  # fmt: skip
"""The folders that a command uses, where it does not use both."""


def test_the_folder_that_render_writes_is_its_own() -> None:
    """`render` writes one web root, which is not the output folder of a project."""
    (output,) = (each for each in commands()["render"]._actions if each.dest == "output")
    assert output.help == "the web root to write (default: build/site)"


def test_exit_codes_and_variables_are_those_of_the_reference() -> None:
    """Each code that the program ends with, each variable of the environment that is its own."""
    assert [int(each) for each in re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE)] == sorted(ExitCode)
    source = "".join(path.read_text("utf-8") for path in (ROOT / "pmm_site").rglob("*.py"))
    read = set(re.findall(r'os\.environ\.get\("(\w+)"', source)) | set(
        re.findall(r'"(SOURCE_DATE_EPOCH|PMM_\w+)"', source)
    )
    assert read == set(re.findall(r"`([A-Z][A-Z_]+)(?:=\d)?`", PAGE.partition("## Environment")[2]))
