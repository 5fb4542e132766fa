"""The command line: words in, exit code out. Each command is a few lines around a stage.

Text for people, `--format json` for machines. Exit codes: see `pmm_site.problems.ExitCode`.
Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pmm_site
from pmm_site.problems import ExitCode, InputProblems, PmmSiteError, Problem, Severity

Command = Callable[[argparse.Namespace], ExitCode]


def run(arguments: Sequence[str]) -> int:
    """Run one command; every failure that can be foreseen ends in a message and its exit code."""
    options = _parser().parse_args(arguments)
    try:
        command: Command = options.command
        return int(command(options))
    except InputProblems as refused:
        _tell_problems(options, refused.problems)
        return int(refused.exit_code)
    except PmmSiteError as failure:
        _tell_failure(options, failure)
        return int(failure.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.DONE)
    except KeyboardInterrupt:
        print("stopped; what stood before still stands", file=sys.stderr)
        return 130


# --- commands -----------------------------------------------------------------------------------


def _new(options: argparse.Namespace) -> ExitCode:
    from pmm_site.demo import write_new

    write_new(options.directory)
    _say(options, {"project": str(options.directory)}, f"{options.directory}: a small project; build it with\n"
         f"  pmm-site build --project {options.directory}")  # fmt: skip
    return ExitCode.DONE


def _demo(options: argparse.Namespace) -> ExitCode:
    from pmm_site.demo import write_demo

    write_demo(options.directory, members=options.members, cycles=options.cycles, seed=options.seed)
    _say(options, {"project": str(options.directory)}, f"{options.directory}: a project with synthetic values; "
         f"build it with\n  pmm-site build --project {options.directory}")  # fmt: skip
    return ExitCode.DONE


def _check(options: argparse.Namespace) -> ExitCode:
    from pmm_site.build import check

    problems = check(options.project)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    lines = [str(problem) for problem in problems]
    lines.append(f"{errors} errors, {len(problems) - errors} warnings" if problems else "no problems")
    _say(options, {"problems": [problem.as_json() for problem in problems]}, "\n".join(lines))
    return ExitCode.INPUT if errors else ExitCode.DONE


def _build(options: argparse.Namespace) -> ExitCode:
    from pmm_site.build import build
    from pmm_site.progress import progress_bar

    with progress_bar(options.format == "text") as progress:
        result = build(
            options.project,
            _output(options),
            sites=tuple(options.site or ()),
            release=options.release,
            jobs=options.jobs,
            progress=progress,
        )
    _tell_warnings(options, result.warnings)
    _say(options, result.as_json(), result.in_words())
    return ExitCode.DONE


def _render(options: argparse.Namespace) -> ExitCode:
    from pmm_site.build import render_package

    output = options.output or Path("build") / "site"
    pages = render_package(options.package, output, project=options.project)
    _say(options, {"output": str(output), "files": pages}, f"{output}: {pages} files")
    return ExitCode.DONE


def _serve(options: argparse.Namespace) -> ExitCode:
    from pmm_site.serve import serve

    serve(options.project, options.site, output=_output(options) / "preview", host=options.host, port=options.port)
    return ExitCode.DONE


# --- words --------------------------------------------------------------------------------------


def _output(options: argparse.Namespace) -> Path:
    output: Path | None = options.output
    return output or options.project / "build"


def _say(options: argparse.Namespace, for_machines: Any, for_people: str) -> None:
    if options.format == "json":
        print(json.dumps(for_machines, ensure_ascii=False, indent=1))
    else:
        print(for_people)


def _tell_warnings(options: argparse.Namespace, problems: Iterable[Problem]) -> None:
    if options.format == "text":
        for problem in problems:
            print(problem, file=sys.stderr)


def _tell_problems(options: argparse.Namespace, problems: Sequence[Problem]) -> None:
    if options.format == "json":
        print(json.dumps({"problems": [problem.as_json() for problem in problems]}, ensure_ascii=False, indent=1))
        return
    for problem in problems:
        print(problem, file=sys.stderr)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    print(f"{errors} errors: nothing was built", file=sys.stderr)


def _tell_failure(options: argparse.Namespace, failure: PmmSiteError) -> None:
    if options.format == "json":
        print(json.dumps({"error": str(failure), "exit_code": int(failure.exit_code)}, ensure_ascii=False, indent=1))
    else:
        print(f"pmm-site: {failure}", file=sys.stderr)


# --- the parser ---------------------------------------------------------------------------------


def _whole_number(least: int, greatest: int | None = None) -> Callable[[str], int]:
    def convert(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"a whole number is expected, not {text!r}") from None
        if number < least or (greatest is not None and number > greatest):
            limit = f"from {least} to {greatest}" if greatest is not None else f"of at least {least}"
            raise argparse.ArgumentTypeError(f"a whole number {limit} is expected")
        return number

    return convert


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--project", type=Path, default=Path(), metavar="DIR", help="project folder (default: here)")
    common.add_argument("--output", type=Path, metavar="DIR", help="output folder (default: build in the project)")
    common.add_argument("--format", choices=("text", "json"), default="text", help="text for people, json for machines")
    parser = argparse.ArgumentParser(prog="pmm-site", description=pmm_site.__doc__, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"pmm-site {pmm_site.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, does: str, function: Command) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=does, description=does, parents=[common], allow_abbrev=False)
        added.set_defaults(command=function)
        return added

    new = command("new", "write a small project that builds, with comments in every file", _new)
    new.add_argument("directory", type=Path, metavar="DIR")
    demo = command("demo", "write a full project of any size with synthetic values", _demo)
    demo.add_argument("directory", type=Path, metavar="DIR")
    demo.add_argument("--members", type=_whole_number(1, 187), default=62, metavar="N", help="participants (62)")
    demo.add_argument("--cycles", type=_whole_number(1, 50), default=2, metavar="N", help="cycles (2)")
    demo.add_argument("--seed", type=_whole_number(0), default=2022, metavar="S", help="other values (2022)")
    command("check", "tell all problems of the inputs at once", _check)
    build = command("build", "check, analyse, disclose, render, audit and publish", _build)
    build.add_argument("--site", action="append", metavar="ID", help="only these sites: ids or patterns (country-*)")
    build.add_argument("--release", type=str, metavar="NAME", help="publish under a name; without it: a preview")
    build.add_argument("--jobs", type=_whole_number(1), metavar="N", help="processes at once (default: the cores)")
    render = command("render", "render one site from its release package alone", _render)
    render.add_argument("package", type=Path, metavar="PACKAGE")
    serve = command("serve", "build, serve on this machine, rebuild and reload on a change", _serve)
    serve.add_argument("--site", metavar="ID", default="public", help="the site to begin with (public)")
    serve.add_argument("--host", metavar="H", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", metavar="P", type=_whole_number(1, 65535), default=8000, help="port (8000)")
    return parser
