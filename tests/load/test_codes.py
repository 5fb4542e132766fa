"""Problem codes are declared in one table, used, and documented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from pmm_site.load.codes import (
    CODES,
    FILE_RULES,
    OTHER_KINDS,
    RECORDS,
    SPECIFIC,
    TABLE_KINDS,
    TABLE_RULES,
    THEME,
    YAML_KINDS,
    YAML_RULES,
    Code,
)
from tests.load.projects import BROKEN

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted((ROOT / "pmm_site/load").glob("*.py"))

TOLD = {"error", "warning"}


def told_rules() -> set[str]:
    """The rules that the code tells by name: the first argument of `error` and `warning`, where it is a literal."""
    found: set[str] = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TOLD:
                rule = node.args[0] if node.args else None
                if isinstance(rule, ast.Constant) and isinstance(rule.value, str):
                    found.add(rule.value)
    return found


def declared_rules() -> set[str]:
    """The rules of all codes, without the kind of file."""
    return {*FILE_RULES, *YAML_RULES, *TABLE_RULES, *(code.split("-", 1)[1] for code in SPECIFIC)}


def test_every_rule_that_is_told_is_declared() -> None:
    """No code is made up in passing."""
    assert told_rules() <= declared_rules()


def test_every_declared_rule_is_told() -> None:
    """The table holds nothing that cannot happen; references to unknown ids are told by their kind."""
    computed = {rule for rule in declared_rules() if rule.startswith("unknown-")}
    chosen_elsewhere = {"formula", "cell", "level", "choice"}
    assert declared_rules() - computed - chosen_elsewhere <= told_rules()


def test_every_expected_message_has_a_declared_code() -> None:
    """The codes in the expected messages of broken projects are in the table, and most rules have such a message."""
    lines = [line for case in BROKEN.glob("*/expected.txt") for line in case.read_text(encoding="utf-8").splitlines()]
    seen = {line.rsplit(" ", 1)[1].rstrip("]") for line in lines}
    assert seen <= CODES.keys()
    assert {code.split("-", 1)[1] for code in seen} >= {*YAML_RULES}
    missing = {code for code in SPECIFIC if code not in seen}
    assert missing <= {"project-missing-folder", "project-clock"}


def test_codes_of_themes_are_declared_and_told() -> None:
    """What `check` tells of a theme is in the reference too, and nothing else is."""
    source = (ROOT / "pmm_site/commands/theming.py").read_text("utf-8")
    assert set(re.findall(r'Problem\("([\w-]+)"', source)) == THEME.keys()


def test_codes_of_records_are_declared_and_told() -> None:
    """What `check` tells of the records of releases is in the reference too, and nothing else is."""
    source = (ROOT / "pmm_site/stages/confidential.py").read_text("utf-8")
    assert set(re.findall(r'Problem\("([\w-]+)"', source)) == RECORDS.keys()


def test_meanings_and_next_steps_are_one_line() -> None:
    """Each code says in one line what it means and what to do."""
    for code, (meaning, next_step) in {**CODES, **RECORDS, **THEME}.items():
        assert meaning.endswith("."), code
        assert next_step, code
        assert not next_step.endswith("."), code
        assert "\n" not in meaning + next_step, code


def _shared(rules: Mapping[str, Code], kinds: Iterable[str]) -> list[str]:
    """A table of rules that several kinds of file share, with the codes that this gives."""
    kinds = tuple(kinds)
    lines = ["| rule | meaning | next step | codes |", "| --- | --- | --- | --- |"]
    for rule, code in rules.items():
        codes = " ".join(f"`{kind}-{rule}`" for kind in kinds)
        lines.append(f"| {rule} | {code.meaning} | {code.next_step} | {codes} |")
    return lines


def _single(rules: Mapping[str, Code]) -> list[str]:
    """A table of codes that stand for themselves."""
    lines = ["| code | meaning | next step |", "| --- | --- | --- |"]
    return lines + [f"| `{code}` | {meaning} | {next_step} |" for code, (meaning, next_step) in rules.items()]


def reference() -> str:
    """The reference page of problem codes, Markdown."""
    kinds = {**YAML_KINDS, **TABLE_KINDS, **OTHER_KINDS}
    lines = [
        "# Problems in the inputs",
        "",
        "Every problem has a stable code, `<kind>-<rule>`. An error ends `check` with exit code 1 and stops",
        "every build; a warning does not. Messages name keys and never a confidential value. At most 200 problems",
        "of one code in one file, or in one column of a table, are listed; the rest is counted. A file",
        "`releases/<name>.yml` is looked at until `releases/<name>/` is there: what is released stays as it is.",
        "",
        "| kind | file |",
        "| --- | --- |",
        *(f"| `{kind}` | {file if ' ' in file else f'`{file}`'} |" for kind, file in kinds.items()),
        "",
        "## Every file",
        "",
        *_shared(FILE_RULES, (*OTHER_KINDS, *YAML_KINDS, *TABLE_KINDS)),
        "",
        "## YAML files and front matter",
        "",
        *_shared(YAML_RULES, YAML_KINDS),
        "",
        "## Tables",
        "",
        *_shared(TABLE_RULES, TABLE_KINDS),
        "",
        "## Rules of one kind of file",
        "",
        *_single({**SPECIFIC, **RECORDS}),
        "",
        "## The project's own theme",
        "",
        "In `themes/<name>`. A build stops at the first file that is broken; `check` tells all of them.",
        "",
        *_single(THEME),
        "",
    ]
    return "\n".join(lines)


def test_the_reference_page_is_the_table(request: pytest.FixtureRequest) -> None:
    """docs/reference/problems.md is what `reference` writes."""
    page = ROOT / "docs/reference/problems.md"
    if request.config.getoption("--regenerate"):
        page.write_text(reference(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == reference(), "write it anew with --regenerate"
    assert all(f"`{code}`" in reference() for code in (*CODES, *RECORDS, *THEME))
