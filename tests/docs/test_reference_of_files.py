"""The reference of files names every key and column that is read, with its default."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from pmm_site.load.project import CYCLE_FILES, DATA_FILES
from pmm_site.model import DEFAULT_WEIGHTS, AnalysisPolicy, DisclosurePolicy, Level, WorkLimits

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/files.md").read_text("utf-8")
SPOKEN = re.sub(r"^```.*?^```$", "", PAGE, flags=re.DOTALL | re.MULTILINE)
NAMED = {word for code in re.findall(r"`([^`]+)`", SPOKEN) for word in re.findall(r"[a-z_0-9]+", code)}


def words_in(node: ast.AST) -> list[str]:
    """The texts of a tuple or list that stands in the source."""
    return [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def read_names() -> set[tuple[str, str]]:
    """(module, name) of every key of a mapping and every column that `load` reads by a name in its source."""
    found = set()
    for path in sorted((ROOT / "pmm_site/load").glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        tuples = {
            target.id: words_in(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("mapping", "Columns"):
                for argument in (*node.args, *(each.value for each in node.keywords)):
                    plain = tuples.get(argument.id, []) if isinstance(argument, ast.Name) else words_in(argument)
                    found |= {(path.name, word.rstrip("_")) for word in plain}
    return found


def test_every_key_and_column_is_in_the_reference() -> None:
    """Whatever a file may say, its reference names."""
    read = read_names()
    assert {("settings.py", "base_urls"), ("catalogue.py", "ceiling"), ("values.py", "unions")} <= read
    assert sorted(each for each in read if each[1] not in NAMED) == []


def test_every_file_is_in_the_reference() -> None:
    """So are all files that `check` knows; workbooks stand in for tables, and the public package is no input."""
    known = {name for name in (*CYCLE_FILES, *DATA_FILES) if not name.endswith(".xlsx")} - {"public-package"}
    assert [name for name in known if name not in PAGE] == []


def defaults(section: str) -> dict[str, str]:
    """The default of each key by the table of a section; a row may name several keys."""
    found = {}
    table = PAGE.partition(f"### {section}\n")[2].partition("\n#")[0]
    for keys, default in re.findall(r"^\| (`[a-z_`, ]+`) \| ([^|]+) \|", table, re.MULTILINE):
        names = re.findall(r"`(\w+)`", keys)
        given = default.strip().split(", ") if len(names) > 1 else [default.strip()]
        found.update(zip(names, given, strict=False))
    return found


@pytest.mark.parametrize("name", [each.name for each in fields(AnalysisPolicy)])
def test_thresholds_have_the_defaults_that_are_told(name: str) -> None:
    """A threshold that nobody sets is the one in the table."""
    assert float(defaults("analysis")[name]) == getattr(AnalysisPolicy(), name)


@pytest.mark.parametrize("name", [each.name for each in fields(DisclosurePolicy) if each.name != "protection"])
def test_rules_of_disclosure_have_the_defaults_that_are_told(name: str) -> None:
    """A rule that nobody sets is the one in the table; protection by unit has a test of its own."""
    told, is_so = yaml.safe_load(defaults("disclosure")[name].strip("`")), getattr(DisclosurePolicy(), name)
    if isinstance(is_so, WorkLimits):
        is_so = {each.name: getattr(is_so, each.name) for each in fields(WorkLimits)}
    plain = is_so.value if isinstance(is_so, Level) else list(is_so) if isinstance(is_so, tuple) else is_so
    assert told == plain
    assert DisclosurePolicy().weights == DEFAULT_WEIGHTS


def test_protection_has_the_defaults_that_are_told() -> None:
    """Fractions of the range for shares, of the value for quantities."""
    shares, quantities = (yaml.safe_load(each) for each in re.findall(r"`(\{side[^`]+\})`", PAGE))
    for unit, rule in DisclosurePolicy().protection.items():
        told = quantities if unit.is_quantity else shares
        assert {"floor": rule.floor, **told} == {"side": rule.side, "width": rule.width, "floor": rule.floor}, unit
