"""The shape of the code in figures: sizes of modules and functions, annotations, docstrings, tests.

Run: python -m benchmarks.shape
"""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).parent.parent
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> list[Function]:
    """Every function and method of a module, inner ones too."""
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def length(function: Function) -> int:
    """Lines of a function with its signature and docstring."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_public(function: Function) -> bool:
    """Whether others may call it."""
    return not function.name.startswith("_")


def figures() -> dict[str, object]:
    """The figures by their names."""
    modules = {path: path.read_text("utf-8") for path in sorted((ROOT / "pmm_site").rglob("*.py"))}
    tests = {path: path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("*.py"))}
    sizes = [len(text.splitlines()) for text in modules.values()]
    found = [function for text in modules.values() for function in functions(ast.parse(text))]
    lengths = sorted(map(length, found))
    public = [function for function in found if is_public(function)]
    tried = [f for text in tests.values() for f in functions(ast.parse(text)) if f.name.startswith("test_")]
    return {
        "modules, lines": f"{len(sizes)}, {sum(sizes):,}",
        "module median / longest": f"{statistics.median(sizes):.0f} / {max(sizes)}",
        "function median / 95 % / longest": f"{statistics.median(lengths):.0f} / "
        f"{lengths[int(0.95 * len(lengths))]} / {lengths[-1]}",
        "functions with a return annotation": f"{sum(f.returns is not None for f in found) / len(found):.0%}",
        "public functions with a docstring": f"{sum(bool(ast.get_docstring(f)) for f in public) / len(public):.0%}",
        "test functions": len(tried),
        "tests with a claim in their docstring": f"{sum(bool(ast.get_docstring(f)) for f in tried) / len(tried):.0%}",
        "lines of tests to a line of code": f"{sum(len(t.splitlines()) for t in tests.values()) / sum(sizes):.2f}",
    }


if __name__ == "__main__":
    for name, figure in figures().items():
        print(f"| {name} | {figure} |")
