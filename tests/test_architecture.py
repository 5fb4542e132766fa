"""The house's rules on imports: arrows run one way, third parties stay at home, each module stands alone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pmm_site"
STAGES = ("load", "analyse", "disclose", "package", "render", "audit", "publish", "demo")

# What each part may import of the program; what everybody may is in VOCABULARY.
VOCABULARY = {
    "",
    "model",
    "tables",
    "problems",
    "distributions",
    "ranks",
    "skewness",
    "placeholders",
    "recent",
    "inputs",
    "folder_cache",
}
MAY_IMPORT = {
    "model": set(),
    "tables": {"model"},
    "distributions": {"model"},
    "ranks": set(),
    "skewness": set(),
    "problems": set(),
    "placeholders": {"problems"},
    "recent": set(),
    "inputs": set(),
    "folder_cache": set(),
    "stages.progress": set(),
    "stages.cache": {"folder_cache"},
    "stages.workers": {"problems"},
    "load": VOCABULARY,
    "analyse": VOCABULARY,
    "disclose": VOCABULARY | {"package"},
    "package": VOCABULARY,
    "render": VOCABULARY | {"package"},
    "audit": {"model", "problems", "recent"},  # what computes figures, or writes them, does not check them
    "publish": VOCABULARY,
    "demo": VOCABULARY,
    "stages.confidential": VOCABULARY
    | {"stages.progress", "stages.cache", "stages.workers", "load", "analyse", "disclose", "package", "publish"},
    "stages.rendering": VOCABULARY | {"stages.progress", "stages.workers", "package", "render", "audit", "publish"},
    "stages.recording": VOCABULARY | {"stages.confidential", "disclose", "load", "publish"},
    "stages.reports": VOCABULARY | {"stages.confidential", "disclose", "publish"},
    "stages.auditing": VOCABULARY
    | {
        "stages.progress",
        "stages.workers",
        "stages.cache",
        "stages.confidential",
        "stages.rendering",
        "stages.run",
        "stages.standing",
        "stages.verdicts",
        "audit",
        "publish",
    },
    "stages.verdicts": {"stages.cache", "audit"},
    "stages.standing": VOCABULARY | {"publish"},
    "stages.services": {"model", "problems"},
    "stages.run": VOCABULARY
    | {
        "stages.progress",
        "stages.workers",
        "stages.confidential",
        "stages.rendering",
        "stages.services",
        "stages.standing",
        "publish",
    },
    "stages.publishing": VOCABULARY | {"stages.confidential", "stages.run", "stages.standing"},
    "stages.result": {"model", "problems"},
    "stages.narrative_links": {"problems"},
    "build": VOCABULARY
    | {
        "stages.narrative_links",
        "stages.progress",
        "stages.auditing",
        "stages.recording",
        "stages.reports",
        "stages.confidential",
        "stages.publishing",
        "stages.rendering",
        "stages.result",
        "stages.run",
        "stages.services",
        "stages.standing",
        "publish",
    }
    | {"stages.workers", "audit"},
    "serve": VOCABULARY | {"stages.workers", "build"},
    "commands.translations": VOCABULARY | {"load", "stages.confidential", "stages.rendering", "render"},
    "commands.theming": VOCABULARY | {"commands.broken_themes", "stages.confidential", "stages.rendering", "render"},
    "commands.broken_themes": VOCABULARY | {"render"},
    "commands.parsing": {"problems"},
    "cli": VOCABULARY
    | {
        "commands.parsing",
        "stages.progress",
        "stages.workers",
        "stages.confidential",
        "stages.rendering",
        "build",
        "serve",
        "demo",
        "publish",
        "commands.translations",
        "commands.theming",
    },
    "__main__": {"cli"},
    "": set(),
}

DISTRIBUTIONS = {"pyyaml": "yaml", "vl-convert-python": "vl_convert"}
"""Names under which packages are imported, where they are others than those under which they are installed."""

HOMES = {
    "yaml": {"load", "render"},
    "pydantic": {"package"},
    "scipy": {"ranks", "disclose", "audit"},
    "highspy": {"disclose", "audit"},
    "numpy": {"ranks", "skewness", "analyse", "disclose", "audit", "demo"},
    "openpyxl": {"load"},
    "jinja2": {"render"},
    "markupsafe": {"render"},
    "markdown": {"render"},
    "nh3": {"render"},
    "altair": {"render"},
    "vl_convert": {"render"},
    "babel": {"render"},
    "livereload": {"serve"},
    "tornado": {"serve"},
    "rich": {"stages.progress"},
    "distributed": {"stages.workers"},
}


MODULE_BY_MODULE = ("stages", "commands")
"""Folders whose modules are parts of their own: each has seen something else."""


def part_of(path: Path) -> str:
    """The part of the program that a file belongs to: a stage's folder or a module's name."""
    relative = path.relative_to(PACKAGE).with_suffix("")
    return part_named(".".join(("pmm_site", *relative.parts)).removesuffix(".__init__"))


def part_named(module: str) -> str:
    """The part of the program that a module belongs to, by its whole name; empty where it holds nothing."""
    _, *names = module.split(".")
    if names[:1] and names[0] in MODULE_BY_MODULE:
        return ".".join(names[:2]) if names[1:] else ""
    return names[0] if names else ""


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """The syntax tree of a file, flat."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports anywhere in it: local and type-checking imports count."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.add(node.module or "")
            if node.module in ("pmm_site", *(f"pmm_site.{name}" for name in MODULE_BY_MODULE)):
                found |= {f"{node.module}.{alias.name}" for alias in node.names if alias.name != "__version__"}
    return frozenset(found)


FILES = sorted(PACKAGE.rglob("*.py"))


def test_imports_run_one_way() -> None:
    """No part of the program imports what stands after it or beside it in the flow."""
    wrong = []
    for path in FILES:
        part = part_of(path)
        for name in imports(path):
            if name.split(".")[0] != "pmm_site":
                continue
            target = part_named(name)
            if target != part and target not in MAY_IMPORT[part] | {""}:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_no_import_is_allowed_that_nobody_needs() -> None:
    """What a part or a package may is what it does, beyond the vocabulary, which all may speak."""
    needed = {(part_of(path), part_named(name)) for path in FILES for name in imports(path) if "pmm_site." in name}
    taken = {(name.split(".")[0], part_of(path)) for path in FILES for name in imports(path)}
    beyond = {part: others - VOCABULARY if others >= VOCABULARY else others for part, others in MAY_IMPORT.items()}
    assert {(part, other) for part, others in beyond.items() for other in others} <= needed
    assert {(package, home) for package, homes in HOMES.items() for home in homes} <= taken


def test_third_parties_stay_at_home() -> None:
    """Each third-party package is imported only by the stages that it was taken for, and none is unknown."""
    ours = {"pmm_site"} | set(sys.stdlib_module_names)
    wrong = []
    for path in FILES:
        for name in imports(path):
            top = name.split(".")[0]
            if top not in ours and part_of(path) not in HOMES.get(top, set()):
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_every_package_that_is_installed_is_imported() -> None:
    """Nothing is asked of a user's machine that the program does not need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["cluster"]]
    names = {re.split(r"[^\w-]", each)[0] for each in needed}
    imported = {name.split(".")[0] for path in FILES for name in imports(path)}
    assert {name for name in names if DISTRIBUTIONS.get(name, name) not in imported} == set()


def test_render_has_never_seen_confidential_data() -> None:
    """Importing render brings in neither load nor analyse nor disclose, however far one follows."""
    script = (
        "import sys, pkgutil, importlib, pmm_site.render as r\n"
        "for m in pkgutil.walk_packages(r.__path__, 'pmm_site.render.'): importlib.import_module(m.name)\n"
        "print([m for m in sys.modules if m.startswith(('pmm_site.load', 'pmm_site.analyse', 'pmm_site.disclose'))])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.slow
@pytest.mark.parametrize("stage", [*STAGES, "build", "serve", "cli"])
def test_each_stage_can_be_imported_alone(stage: str) -> None:
    """No stage needs another to have been imported first."""
    subprocess.run([sys.executable, "-c", f"import pmm_site.{stage}"], check=True, capture_output=True)


def test_nothing_is_there_for_its_tests_alone() -> None:
    """Every function, class, method and constant is used by the program, its benchmarks or its templates.

    Neither an import is a use, nor a call by itself, nor what another module has under the same name.
    """
    programs = [*FILES, *(ROOT / "benchmarks").rglob("*.py")]
    used = {use for path in programs for use in _uses(path)}
    words = {word for path in (ROOT / "themes").rglob("*.html") for word in re.findall(r"\w+", path.read_text("utf-8"))}
    words |= {"custom_property", "preprocess"}  # what charts.css must spell, and a hook of Jinja's
    words |= {"__all__", "KIND"}  # what Python reads, and what finds the page kinds
    words |= {"RECORDS", "THEME"}  # what the reference of problems is written from
    words |= {"date"}  # what docs/how-to/own-theme.md promises to themes
    alone = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in FILES
        for name, is_inside in sorted(_defined(path).items())
        if "__" not in name and name not in words
        if (_module(path), name) not in used and not (is_inside and ("", name) in used)
    ]
    assert alone == []


def _module(path: Path) -> str:
    """The whole name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


PATHS = {_module(path): path for path in FILES}


@cache
def _origins(path: Path) -> dict[str, tuple[str, str]]:
    """Where the names come from that a file imports: a module and the name there."""
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _defining(path: Path, name: str) -> tuple[str, str]:
    """The module that defines what a file has under a name, and the name there: imports are followed to their end."""
    if name not in _origins(path):
        return _module(path), name
    module, original = _origins(path)[name]
    return _defining(PATHS[module], original) if module in PATHS and PATHS[module] != path else (module, original)


def _uses(path: Path) -> Iterator[tuple[str, str]]:
    """What a file reads: the module and name of what a module defines; attributes of anything, under no module."""
    for node, within in _reads(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Name):
            if node.id != within or node.id in _origins(path):
                yield _defining(path, node.id)
        elif isinstance(node.value, ast.Name) and node.value.id in _origins(path):
            module = ".".join(_defining(path, node.value.id))
            yield _defining(PATHS[module], node.attr) if module in PATHS else ("", node.attr)
        elif node.attr != within:
            yield "", node.attr


def _reads(node: ast.AST, within: str = "") -> Iterator[tuple[ast.Name | ast.Attribute, str]]:
    """The names and attributes that are read in a tree, with the function that they stand in."""
    if isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
        yield node, within
    for child in ast.iter_child_nodes(node):
        yield from _reads(child, node.name if isinstance(node, ast.FunctionDef) else within)


def _defined(path: Path) -> dict[str, bool]:
    """The functions, classes and constants of a file, and whether each stands inside of another."""
    found = {node.name: True for node in nodes(path) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = False
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        found |= {each.id: False for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    return found


def test_the_vocabulary_is_in_one_module() -> None:
    """What every stage speaks of is defined in `model`, the codes of SDMX among it."""
    words = {"Member", "Kpi", "Outcome", "Instrument", "Level", "Readers", "Site", "Cycle", "Observation"}
    defined = {node.name for node in nodes(PACKAGE / "model.py") if isinstance(node, ast.ClassDef)}
    assert words | {"ObsStatus", "ConfStatus"} <= defined


def test_modules_are_short() -> None:
    """No module has more than 400 lines: what grows longer is more than one thing."""
    long = [
        f"{path.relative_to(ROOT)}: {n}" for path in FILES if (n := len(path.read_text("utf-8").splitlines())) > 400
    ]
    assert [each for each in long if not each.startswith("pmm_site/model.py")] == []  # the vocabulary is one page


def test_functions_are_short() -> None:
    """No function has more than 60 lines."""
    long = []
    for path in FILES:
        for node in nodes(path):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > 60:
                    long.append(f"{path.relative_to(ROOT)}: {node.name} has {length} lines")
    assert long == []


def test_the_command_line_starts_light() -> None:
    """`pmm-site --help` imports none of the heavy packages."""
    script = (
        "import sys\nfrom pmm_site.cli import run\ntry:\n run(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted(set(sys.modules) & %r), file=sys.stderr)"
    )
    heavy = {"pandas", "numpy", "scipy", "altair", "jinja2", "pydantic", "babel", "rich", "openpyxl", "yaml"}
    ran = subprocess.run([sys.executable, "-c", script % heavy], capture_output=True, text=True, check=True)
    assert ran.stderr == "[]\n"
