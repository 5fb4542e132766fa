"""Page kinds that a theme brings: a Python module each in the theme's folder `pages`, shaped like those of the program.

They run where all pages are made, after the airlock: a module gets an edition, which is made from one release package,
and can print nothing that the site may not show. What they write is audited like everything else.
"""

from __future__ import annotations

import functools
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from pmm_site.problems import PmmSiteError
from pmm_site.render.pages import Page, PageKind, page_kinds
from pmm_site.render.template_errors import quotes_only
from pmm_site.render.theme import Theme, ThemeProblem
from pmm_site.render.words import UnknownWord

KIND = re.compile(r"[a-z][a-z0-9-]*")


_FAILURES = (Exception, SystemExit)
"""What a module may end in; one that ends the process would end the build without a word."""


@functools.lru_cache(maxsize=8)
def kinds_of(theme: Theme) -> Mapping[str, PageKind]:
    """All page kinds by name: the program's and those of the theme's layers, the most special layer's winning."""
    own: dict[str, PageKind] = {}
    for layer in reversed(theme.layers):
        for path in sorted((layer / "pages").glob("*.py")):
            kind = kind_in(path)
            own[kind.kind] = kind
    return dict(sorted({**page_kinds(), **own}.items()))


def kind_in(path: Path) -> PageKind:
    """The page kind of a module, which must have a name of its own; errors in it are reported with their line."""
    module = ModuleType(f"pmm_site_theme_{path.parent.parent.name}_{path.stem}".replace("-", "_"))
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    try:
        exec(compile(path.read_text("utf-8"), str(path), "exec"), module.__dict__)
    except _FAILURES as error:
        raise _as_problem(path, error) from error
    kind = getattr(module, "KIND", None)
    if not isinstance(kind, PageKind):
        raise ThemeProblem(f"{path}: no KIND, which must be a PageKind(kind, context, make)")
    if not KIND.fullmatch(kind.kind) or kind.kind in page_kinds():
        raise ThemeProblem(
            f"{path}: the page kind '{kind.kind}' must have a name of its own, of small letters, digits and hyphens "
            "→ to change a page of the program, override its template"
        )
    files, ids = (each and _guarded(path, each) for each in (kind.files, kind.ids))
    return kind._replace(make=_guarded(path, kind.make), files=files, ids=ids)


def _guarded(path: Path, make: Callable[..., Any]) -> Callable[..., Any]:
    """The same, with errors reported with their line."""

    def run(*arguments: Any) -> Any:
        try:
            made = make(*arguments)
            return made if isinstance(made, Page) else tuple(made)
        except UnknownWord as error:
            if re.search(rf"[\"']{re.escape(error.word)}[\"']", _source(path)):
                raise
            raise _as_problem(path, error) from None  # the key was made from something, perhaps from a value
        except PmmSiteError:
            raise
        except _FAILURES as error:
            raise _as_problem(path, error) from error

    return run


_OF_CODE = (NameError, AttributeError, ImportError)
"""Errors whose words name parts of a program, which are repeated where they stand in the module."""


def _source(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def _as_problem(path: Path, error: BaseException) -> ThemeProblem:
    if isinstance(error, SyntaxError):
        return ThemeProblem(f"{path}:{error.lineno}: {error.msg}")
    own = re.findall(r"\w+", _source(path))
    words = f": {error}" if isinstance(error, _OF_CODE) and quotes_only(error, own) else ""  # others may quote a value
    lines = [each.lineno for each in traceback.extract_tb(error.__traceback__) if each.filename == str(path)]
    return ThemeProblem(f"{path}:{lines[-1] if lines else 1}: {type(error).__name__}{words}")
