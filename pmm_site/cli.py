"""The command line: words in, exit code out. Each command is a few lines around a stage.

Text for people, `--format json` for machines. Exit codes: see `pmm_site.problems.ExitCode`.
Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pmm_site.commands.parsing import ON_THE_SERVER, parsed
from pmm_site.problems import (
    ExitCode,
    InputProblems,
    PmmSiteError,
    Problem,
    Severity,
    UsageProblem,
    WriteFailed,
    counted,
    in_order,
    unforeseen,
)

Command = Callable[[argparse.Namespace], ExitCode]

INPUT_FOLDERS = ("data", "content", "themes", "releases")
"""Folders of a project in which no output may stand."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; every failure that can be foreseen ends in a message and its exit code."""
    options = parsed(arguments)
    try:
        return int(_COMMANDS[options.command](options))
    except InputProblems as refused:
        _report_problems(options, refused.problems)
        return int(refused.exit_code)
    except PmmSiteError as failure:
        _report_failure(options, failure)
        return int(failure.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.DONE)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        reason = error.strerror or type(error).__name__
        _report_failure(options, WriteFailed(f"{place}{reason} → see what stands there and who may read and write it"))
        return int(ExitCode.FAILURE)
    except Exception as error:
        _report_failure(options, PmmSiteError(unforeseen(error)))
        return int(ExitCode.FAILURE)


# --- commands -----------------------------------------------------------------------------------


def _new(options: argparse.Namespace) -> ExitCode:
    from pmm_site.demo import write_new

    write_new(options.directory)
    _say(options, {"project": str(options.directory)}, f"{options.directory}: a small project; build it with\n"
         f"  pmm-site build --project {shlex.quote(str(options.directory))}")  # fmt: skip
    return ExitCode.DONE


def _demo(options: argparse.Namespace) -> ExitCode:
    from pmm_site.demo import write_demo

    write_demo(options.directory, members=options.members, cycles=options.cycles, seed=options.seed)
    _say(options, {"project": str(options.directory)}, f"{options.directory}: a project with synthetic values; "
         f"build it with\n  pmm-site build --project {shlex.quote(str(options.directory))}")  # fmt: skip
    return ExitCode.DONE


def _check(options: argparse.Namespace) -> ExitCode:
    from pmm_site.commands.theming import theme_problems
    from pmm_site.stages.confidential import checked, own_settings

    problems = checked(options.project)
    with contextlib.suppress(InputProblems):  # without site.yml there is no theme, and `problems` say so
        problems = in_order((*problems, *theme_problems(options.project, own_settings(options.project))))
    errors = _errors(problems)
    lines = [str(problem) for problem in problems]
    summary = f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}"
    lines.append(summary if problems else "no problems")
    _say(options, {"problems": [problem.as_json() for problem in problems]}, "\n".join(lines))
    return ExitCode.INPUT if errors else ExitCode.DONE


def _build(options: argparse.Namespace) -> ExitCode:
    from pmm_site.build import build
    from pmm_site.stages.progress import progress_bar
    from pmm_site.stages.workers import Workers

    with progress_bar(options.format == "text") as progress:
        result = build(
            options.project,
            _output(options),
            sites=tuple(options.site or ()),
            release=options.release,
            workers=Workers(options.jobs, options.scheduler),
            progress=progress,
        )
    _report_warnings(options, result.warnings)
    _say(options, result.as_json(), result.in_words())
    return ExitCode.DONE


def _render(options: argparse.Namespace) -> ExitCode:
    from pmm_site.stages.rendering import render_package, theme_directories

    output = _output(options) if options.output else Path("build") / "site"
    pages = render_package(options.package, output, themes=theme_directories(options.project))
    _say(options, {"output": str(output), "files": pages}, f"{output}: {counted(pages, 'file')}")
    return ExitCode.DONE


def _serve(options: argparse.Namespace) -> ExitCode:
    from pmm_site.serve import LOOPBACK, serve

    if options.host not in LOOPBACK:
        print(f"{options.host}: whoever reaches this machine can read every site, confidential ones too",
              file=sys.stderr)  # fmt: skip
    serve(options.project, options.site, output=_output(options), host=options.host, port=options.port)
    return ExitCode.DONE


def _hosting(options: argparse.Namespace) -> ExitCode:
    from pmm_site.publish.hosting import HostingSettings, write_hosting

    kinds = tuple(kind for given in options.kind or () for kind in given.split(","))
    named = {name: getattr(options, name) for name in ON_THE_SERVER}
    settings = HostingSettings(**{name: value for name, value in named.items() if value})
    files = write_hosting(_output(options), kinds, settings)
    _say(
        options,
        {"files": [str(path) for path in files]},
        f"{files[0].parent}: {counted(len(files), 'file')}; begin with README.md",
    )
    return ExitCode.DONE


def _probe(options: argparse.Namespace) -> ExitCode:
    from pmm_site.publish.facts import site_root
    from pmm_site.publish.probe import probe
    from pmm_site.stages.progress import progress_bar

    root = site_root(_output(options), options.site)
    with progress_bar(options.format == "text") as progress:
        findings = probe(
            options.url,
            root,
            connect=options.connect,
            progress=lambda done, total: progress("probe", done, total),
        )
    return _report_findings(options, findings, f"{options.url}: {options.site} is hosted as it should be")


def _bundle(options: argparse.Namespace) -> ExitCode:
    from pmm_site.publish.bundle import bundles

    how = {"for_name": options.for_name, "pdf": options.pdf, "sign": options.sign}
    written = [str(path) for path in bundles(_output(options), options.sites, **how)]
    _say(options, {"bundles": written}, "\n".join(written))
    return ExitCode.DONE


def _verify(options: argparse.Namespace) -> ExitCode:
    from pmm_site.publish.verify import verify

    verified = verify(options.place, options.key)
    return _report_findings(options, verified.findings, f"{options.place}: {verified.files} files are as published; "
                          f"{verified.signature}", signature=verified.signature, files=verified.files)  # fmt: skip


def _audit(options: argparse.Namespace) -> ExitCode:
    from pmm_site.build import audit, write_audit
    from pmm_site.stages.progress import progress_bar
    from pmm_site.stages.workers import Workers

    workers = Workers(options.jobs)
    with progress_bar(options.format == "text") as progress:
        report = audit(options.project, _output(options), full=options.full, workers=workers, progress=progress)
    code = ExitCode.DONE if report.passed else ExitCode.DISCLOSURE
    try:
        write_audit(report, _output(options))
    except WriteFailed as failure:  # what was found is told all the same
        _say(options, {**report.as_json(), "error": str(failure)}, f"{report.in_words()}\npmm-site: {failure}")
        return code or failure.exit_code
    _say(options, report.as_json(), report.in_words())
    return code


def _explain(options: argparse.Namespace) -> ExitCode:
    from pmm_site.stages.confidential import explained

    steps = explained(
        options.project, _output(options), options.member.upper(), options.kpi, cycle=options.cycle, site=options.site
    )
    _say(options, {"steps": [step.as_json() for step in steps]}, "\n".join(map(str, steps)))
    return ExitCode.DONE


def _i18n(options: argparse.Namespace) -> ExitCode:
    from pmm_site.commands.translations import statuses

    found = statuses(options.project, tuple(options.language or ()))
    _say(options, {"languages": [each.as_json() for each in found]}, "\n".join(each.in_words() for each in found))
    return ExitCode.DONE


def _theme(options: argparse.Namespace) -> ExitCode:
    from pmm_site.commands.theming import eject

    written, left = eject(options.project, options.template)
    message = f"{written}: change it; it stands in the place of the default theme's"
    _say(options, {"template": str(written), "to_do": left}, f"{message}\nthen {left}" if left else message)
    return ExitCode.DONE


def _diff(options: argparse.Namespace) -> ExitCode:
    from pmm_site.stages.confidential import differences

    change = differences(options.project, options.old, options.new)
    _say(options, change.as_json(), change.in_words())
    return ExitCode.DONE


_COMMANDS: Mapping[str, Command] = {
    "new": _new,
    "demo": _demo,
    "check": _check,
    "build": _build,
    "render": _render,
    "serve": _serve,
    "hosting": _hosting,
    "probe": _probe,
    "bundle": _bundle,
    "verify": _verify,
    "audit": _audit,
    "explain": _explain,
    "theme": _theme,
    "i18n": _i18n,
    "diff": _diff,
}


# --- words --------------------------------------------------------------------------------------


def _report_findings(options: argparse.Namespace, findings: Sequence[str], else_say: str, **more: Any) -> ExitCode:
    """Say what was found, or that nothing was; findings end in the exit code of a disclosure failure."""
    _say(options, {"findings": list(findings), **more}, "\n".join(findings) if findings else else_say)
    return ExitCode.DISCLOSURE if findings else ExitCode.DONE


def _output(options: argparse.Namespace) -> Path:
    """The output folder; UsageProblem where it would stand among the inputs, which it would change."""
    output: Path = options.output or options.project / "build"
    for inputs in INPUT_FOLDERS:
        if output.resolve().is_relative_to((options.project / inputs).resolve()):
            raise UsageProblem(f"{output}: {inputs}/ is for what is read → give --output another folder")
    return output


def _say(options: argparse.Namespace, for_machines: Any, for_people: str) -> None:
    """Print an answer. A reader that has seen enough, such as `head`, changes nothing in the exit code."""
    try:
        if options.format == "json":
            _print_json(for_machines)
        else:
            print(for_people)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_json(content: Any) -> None:
    """JSON in the encoding of the output, letters that it lacks as JSON escapes them."""
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json.dumps(content, ensure_ascii=not is_unicode, indent=1))


def _report_warnings(options: argparse.Namespace, problems: Iterable[Problem]) -> None:
    if options.format == "text":
        for problem in problems:
            print(problem, file=sys.stderr)


def _report_problems(options: argparse.Namespace, problems: Sequence[Problem]) -> None:
    if options.format == "json":
        _print_json({"problems": [problem.as_json() for problem in problems]})
        return
    for problem in problems:
        print(problem, file=sys.stderr)
    outcome = ": nothing was built" if options.command == "build" else ""
    print(f"{counted(_errors(problems), 'error')}{outcome}", file=sys.stderr)


def _errors(problems: Iterable[Problem]) -> int:
    return sum(problem.severity is Severity.ERROR for problem in problems)


def _report_failure(options: argparse.Namespace, failure: PmmSiteError) -> None:
    if options.format == "json":
        _print_json({"error": str(failure), "exit_code": int(failure.exit_code)})
    else:
        print(f"pmm-site: {failure}", file=sys.stderr)
