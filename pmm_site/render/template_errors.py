"""Errors in templates, reported with their place and without any text of the data.

An error of Jinja or Python may quote what a template was about to print. A name is repeated only where it is written
in the template itself, as a name or a text in quotation marks; else place and kind of the error must do.
"""

from __future__ import annotations

import builtins
import contextlib
import re
import traceback
from collections.abc import Collection, Iterator
from pathlib import Path

import jinja2

from pmm_site.render import packaged_themes
from pmm_site.render.words import ThemeProblem, UnknownWord

_UNDEFINED = re.compile(r"('?[A-Za-z_][\w. ]*'? has no attribute )?'(?P<name>[A-Za-z_]\w*)'( is undefined)?")
_OF_TYPE = re.compile(r"'[A-Za-z_][\w.]*' object")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_TYPES = frozenset({*dir(builtins), "NoneType"})


@contextlib.contextmanager
def template_errors(theme: str, name: str) -> Iterator[None]:
    """Turns what is wrong in a template into a ThemeProblem that says where."""
    try:
        yield
    except jinja2.TemplateNotFound as error:
        raise _not_found(theme, name, error) from None
    except jinja2.TemplateSyntaxError as error:
        place = f"{error.filename or error.name}:{error.lineno}"
        raise ThemeProblem(f"{place}: {error.message} → correct the template") from None
    except UnicodeDecodeError:
        raise ThemeProblem(f"theme {theme}: {name}, or one that it needs, is not UTF-8 → save it as UTF-8") from None
    except UnknownWord as error:
        is_quotable = error.word in _written(error)
        fault = str(error) if is_quotable else "a text that it asks for is in no file of i18n → add it"
        raise ThemeProblem(f"{_place(error) or name}: {fault}") from None
    except ThemeProblem:
        raise
    except jinja2.UndefinedError as error:
        fault = str(error.message) if _is_undefined_name(error) else "it asks for what is not there"
        raise ThemeProblem(f"{_place(error) or name}: {fault} → print what the page has") from None
    except Exception as error:
        place = _place(error, of_project=True)
        if not place:  # a failure of the program
            raise
        # The words of a TypeError name types and parameters; those of others may quote what is printed.
        words = f": {error}" if isinstance(error, TypeError) and quotes_only(error, _written(error)) else ""
        raise ThemeProblem(f"{place}: {type(error).__name__}{words} → correct the template") from None


def quotes_only(error: BaseException, words: Collection[str]) -> bool:
    """Whether all that an error's words quote are types of Python or some words."""
    quoted = (one or other for one, other in _QUOTED.findall(_OF_TYPE.sub("", str(error))))
    return all(each in words or each in _TYPES for each in quoted)


def _not_found(theme: str, name: str, error: jinja2.TemplateNotFound) -> ThemeProblem:
    missing = getattr(error, "templates", None) or [error.name]
    if set(map(str, missing)) <= {name, *_written(error)}:
        fault = f"{name} needs a template {', '.join(map(str, missing))} that is not there"
        return ThemeProblem(f"theme {theme}: {fault} → correct its name or add it")
    return ThemeProblem(
        f"{_place(error) or name}: the template that it needs is not there → correct its name or add it"
    )


def _is_undefined_name(error: jinja2.UndefinedError) -> bool:
    found = _UNDEFINED.fullmatch(error.message or "")
    return found is not None and found["name"] in _written(error)


def _frames(error: Exception) -> list[traceback.FrameSummary]:
    return [each for each in traceback.extract_tb(error.__traceback__) if each.filename.endswith(".html")]


def _place(error: Exception, *, of_project: bool = False) -> str:
    """File and line of the template in which it went wrong; of_project: only of one that the program did not bring."""
    frames = _frames(error)
    if of_project:
        ours = packaged_themes().resolve()
        frames = [each for each in frames if not Path(each.filename).resolve().is_relative_to(ours)]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def _written(error: Exception) -> frozenset[str]:
    """Names, and texts in quotation marks, that the template in which it went wrong is written with."""
    frames = _frames(error)
    try:
        source = Path(frames[-1].filename).read_text("utf-8") if frames else ""
        tokens = list(jinja2.Environment().lex(source))
    except (OSError, ValueError, jinja2.TemplateSyntaxError):
        return frozenset()
    return frozenset(text.strip("'\"") for _, kind, text in tokens if kind in ("name", "string"))
