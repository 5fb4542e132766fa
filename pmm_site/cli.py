"""The command line: words in, exit code out. Each command is a few lines around a stage.

Text for people, `--format json` for machines. Exit codes: see `pmm_site.problems.ExitCode`.
Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pmm_site
from pmm_site.problems import ExitCode, InputProblems, PmmSiteError, Problem, Severity, WriteFailed, unforeseen

Command = Callable[[argparse.Namespace], ExitCode]

LAST_PORT = 65_535


def run(arguments: Sequence[str]) -> int:
    """Run one command; every failure that can be foreseen ends in a message and its exit code."""
    options = parser().parse_args(arguments)
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
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        reason = error.strerror or type(error).__name__
        _tell_failure(options, WriteFailed(f"{place}{reason} → see what stands there and who may read and write it"))
        return int(ExitCode.FAILURE)
    except Exception as error:
        _tell_failure(options, PmmSiteError(unforeseen(error)))
        return int(ExitCode.FAILURE)


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
    from pmm_site.confidential import checked

    settings, problems = checked(options.project)
    if settings is not None:
        from pmm_site.theming import theme_problems

        problems = (*problems, *theme_problems(options.project, settings))
    errors = _errors(problems)
    lines = [str(problem) for problem in problems]
    told = f"{_counted(errors, 'error')}, {_counted(len(problems) - errors, 'warning')}"
    lines.append(told if problems else "no problems")
    _say(options, {"problems": [problem.as_json() for problem in problems]}, "\n".join(lines))
    return ExitCode.INPUT if errors else ExitCode.DONE


def _build(options: argparse.Namespace) -> ExitCode:
    from pmm_site.build import build
    from pmm_site.progress import progress_bar
    from pmm_site.workers import Workers

    with progress_bar(options.format == "text") as progress:
        result = build(
            options.project,
            _output(options),
            sites=tuple(options.site or ()),
            release=options.release,
            workers=Workers(options.jobs, options.scheduler),
            progress=progress,
        )
    _tell_warnings(options, result.warnings)
    _say(options, result.as_json(), result.in_words())
    return ExitCode.DONE


def _render(options: argparse.Namespace) -> ExitCode:
    from pmm_site.rendering import render_package, theme_directories

    output = options.output or Path("build") / "site"
    pages = render_package(options.package, output, themes=theme_directories(options.project))
    _say(options, {"output": str(output), "files": pages}, f"{output}: {pages} files")
    return ExitCode.DONE


def _serve(options: argparse.Namespace) -> ExitCode:
    from pmm_site.serve import LOOPBACK, serve

    if options.host not in LOOPBACK:
        print(f"{options.host}: whoever reaches this machine can read every site, confidential ones too",
              file=sys.stderr)  # fmt: skip
    serve(options.project, options.site, output=_output(options) / "preview", host=options.host, port=options.port)
    return ExitCode.DONE


_ON_THE_SERVER = {
    "web_roots": ("DIR", "where the sites stand on the server (/srv/pmm-site/sites)"),
    "issuer": ("URL", "address of the login (OpenID Connect issuer)"),
    "client": ("ID", "the sites' client id at the login (pmm-site)"),
    "groups_claim": ("NAME", "the claim that lists a user's groups (groups)"),
    "gate": ("HOST:PORT", "where oauth2-proxy answers (127.0.0.1:4180)"),
    "certificate": ("FILE", "certificate chain of all hosts, on the server"),
    "certificate_key": ("FILE", "its key, on the server"),
}
"""Options of `hosting`: what the operator's server and login are."""


def _hosting(options: argparse.Namespace) -> ExitCode:
    from pmm_site.publish.hosting import HostingSettings, write_hosting

    kinds = tuple(kind for given in options.kind or () for kind in given.split(","))
    named = {name: getattr(options, name) for name in _ON_THE_SERVER}
    settings = HostingSettings(**{name: value for name, value in named.items() if value})
    files = write_hosting(_output(options), kinds, settings)
    _say(
        options,
        {"files": [str(path) for path in files]},
        f"{files[0].parent}: {len(files)} files; begin with README.md",
    )
    return ExitCode.DONE


def _probe(options: argparse.Namespace) -> ExitCode:
    from pmm_site.progress import progress_bar
    from pmm_site.publish.probe import probe

    with progress_bar(options.format == "text") as progress:
        findings = probe(
            options.url,
            _output(options) / "sites" / options.site,
            connect=options.connect,
            progress=lambda done, total: progress("probe", done, total),
        )
    return _tell_findings(options, findings, f"{options.url}: {options.site} is hosted as it should be")


def _bundle(options: argparse.Namespace) -> ExitCode:
    from pmm_site.publish.bundle import bundles

    how = {"for_name": options.for_name, "pdf": options.pdf, "sign": options.sign}
    written = [str(path) for path in bundles(_output(options), options.sites, **how)]
    _say(options, {"bundles": written}, "\n".join(written))
    return ExitCode.DONE


def _verify(options: argparse.Namespace) -> ExitCode:
    from pmm_site.publish.verify import verify

    verified = verify(options.place, options.key)
    return _tell_findings(options, verified.findings, f"{options.place}: {verified.files} files are as published; "
                          f"{verified.signature}", signature=verified.signature, files=verified.files)  # fmt: skip


def _audit(options: argparse.Namespace) -> ExitCode:
    from pmm_site.build import audit
    from pmm_site.progress import progress_bar
    from pmm_site.workers import Workers

    workers = Workers(options.jobs)
    with progress_bar(options.format == "text") as progress:
        report = audit(options.project, _output(options), full=options.full, workers=workers, progress=progress)
    _say(options, report.as_json(), report.in_words())
    return ExitCode.DONE if report.passed else ExitCode.DISCLOSURE


def _explain(options: argparse.Namespace) -> ExitCode:
    from pmm_site.confidential import explained

    steps = explained(
        options.project, _output(options), options.member.upper(), options.kpi, cycle=options.cycle, site=options.site
    )
    _say(options, {"steps": [step.as_json() for step in steps]}, "\n".join(map(str, steps)))
    return ExitCode.DONE


def _i18n(options: argparse.Namespace) -> ExitCode:
    from pmm_site.translations import statuses

    found = statuses(options.project, tuple(options.language or ()))
    _say(options, {"languages": [each.as_json() for each in found]}, "\n".join(each.in_words() for each in found))
    return ExitCode.DONE


def _theme(options: argparse.Namespace) -> ExitCode:
    from pmm_site.theming import eject

    written, left = eject(options.project, options.template)
    said = f"{written}: change it; it stands in the place of the default theme's"
    _say(options, {"template": str(written), "to_do": left}, f"{said}\nthen {left}" if left else said)
    return ExitCode.DONE


def _diff(options: argparse.Namespace) -> ExitCode:
    from pmm_site.confidential import differences

    found = differences(options.project, options.old, options.new)
    _say(options, found.as_json(), found.in_words())
    return ExitCode.DONE


# --- words --------------------------------------------------------------------------------------


def _tell_findings(options: argparse.Namespace, findings: Sequence[str], else_say: str, **more: Any) -> ExitCode:
    """Say what was found, or that nothing was; findings end in the exit code of a disclosure failure."""
    _say(options, {"findings": list(findings), **more}, "\n".join(findings) if findings else else_say)
    return ExitCode.DISCLOSURE if findings else ExitCode.DONE


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
    print(f"{_counted(_errors(problems), 'error')}: nothing was built", file=sys.stderr)


def _errors(problems: Iterable[Problem]) -> int:
    return sum(problem.severity is Severity.ERROR for problem in problems)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


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


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not re.fullmatch("[0-9]{1,5}", port) or not 1 <= int(port) <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"HOST:PORT is expected, with a port up to {LAST_PORT}, not {text!r}")
    return host.strip("[]"), int(port)


def parser() -> argparse.ArgumentParser:
    """All commands and options, each with its help."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--project", type=Path, default=Path(), metavar="DIR", help="project folder (default: here)")
    common.add_argument("--output", type=Path, metavar="DIR", help="output folder (default: build in the project)")
    common.add_argument("--format", choices=("text", "json"), default="text", help="text for people, json for machines")
    words = argparse.ArgumentParser(prog="pmm-site", description=pmm_site.__doc__, allow_abbrev=False)
    words.add_argument("--version", action="version", version=f"pmm-site {pmm_site.__version__}")
    commands = words.add_subparsers(metavar="COMMAND", required=True)

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
    build.add_argument(
        "--scheduler", metavar="ADDRESS", help="work on the Dask cluster of this scheduler: tcp://HOST:PORT"
    )
    render = command("render", "render one site from its release package alone", _render)
    render.add_argument("package", type=Path, metavar="PACKAGE")
    serve = command("serve", "build, serve on this machine, rebuild and reload on a change", _serve)
    serve.add_argument("--site", metavar="ID", default="public", help="the site to begin with (public)")
    serve.add_argument("--host", metavar="H", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", metavar="P", type=_whole_number(1, LAST_PORT), default=8000, help="port (8000)")
    hosting = command("hosting", "write configuration for the web servers and gates", _hosting)
    hosting.add_argument("--kind", action="append", metavar="KIND", help="nginx, apache, caddy, netlify (default: all)")
    for name, (metavar, about) in _ON_THE_SERVER.items():
        hosting.add_argument(f"--{name.replace('_', '-')}", metavar=metavar, help=about)
    probe = command("probe", "test a running host from outside, without a login", _probe)
    probe.add_argument("url", metavar="URL")
    probe.add_argument("--site", metavar="ID", required=True, help="the site that the host should show")
    probe.add_argument("--connect", type=_address, metavar="HOST:PORT", help="connect here, whatever the name says")
    bundle = command("bundle", "write a zip of a site for readers without a connection", _bundle)
    bundle.add_argument("sites", nargs="+", metavar="ID")
    bundle.add_argument("--for", dest="for_name", metavar="NAME", help="lay the recipient's name on every page")
    bundle.add_argument("--pdf", action="store_true", help="add reports and dossier as PDF (needs Chromium)")
    bundle.add_argument("--sign", type=Path, metavar="KEY", help="sign with this secret key of minisign")
    verify = command("verify", "compare every file of a site or bundle with what was published", _verify)
    verify.add_argument("place", type=Path, metavar="DIR-OR-ZIP")
    verify.add_argument("--key", type=Path, metavar="KEY", help="public key of minisign that must have signed")
    _add_questions(command)
    return words


def _add_questions(command: Callable[[str, str, Command], argparse.ArgumentParser]) -> None:
    """The commands that look at what there is and change nothing."""
    audit = command("audit", "look for values that built sites show or give away and should not", _audit)
    audit.add_argument("--full", action="store_true", help="render every site again from its package and compare")
    audit.add_argument("--jobs", type=_whole_number(1), metavar="N", help="processes at once (default: the cores)")
    explain = command("explain", "tell every rule that decided where a value and its aggregates appear", _explain)
    explain.add_argument("member", metavar="MEMBER", help="ISO 3166-1 alpha-3 code")
    explain.add_argument("kpi", metavar="KPI", help="id of the KPI")
    explain.add_argument("--cycle", metavar="C", help="cycle (default: the latest published)")
    explain.add_argument("--site", metavar="S", help="one site only")
    theme = command("theme", "copy a template of the default theme into the project, for changing", _theme)
    theme.add_argument("eject", choices=("eject",), metavar="eject")
    theme.add_argument("template", metavar="TEMPLATE", help="for example kpi.html or frame/footer.html")
    i18n = command("i18n", "tell what is not translated, by language and file", _i18n)
    i18n.add_argument("status", choices=("status",), metavar="status")
    i18n.add_argument("--language", action="append", metavar="L", help="only this language, of the site or not yet")
    diff = command("diff", "tell what became visible, what disappeared, which figures moved", _diff)
    diff.add_argument("old", metavar="OLD", help="name of a release, or an output folder")
    diff.add_argument("new", metavar="NEW", help="name of a release, or an output folder")
