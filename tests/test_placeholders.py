"""Placeholders of narrative pages: what is one, what is none, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmm_site.placeholders import SELECTIONS, THRESHOLDS, VOCABULARY, ArgumentKind, find
from tests.depth import examples

ROOT = Path(__file__).parent.parent

PRINTS: Mapping[str, str] = {
    "mean": "the mean with its rounding and n: `98.1% (n = 60)`; a blank where it is not on the site",
    "contributors": "n, the number of Members behind a mean",
    "response_rate": "the share of the participants that reported a KPI, or on average the KPIs of a goal",
    "performance": "the class of a KPI: well performing, low performing, inconclusive, not evaluable",
    "median": "the range that holds the median",
    "list": "a list: KPIs with mean and n, instruments with the share that counts, names of Members …",
    "count": "how many there are in a selection",
    "chart": "a picture with its data: of a KPI its distribution or (`by=`) its means by group",
    "table": "a table of the same",
    "title": "a name, as a link to its page",
    "cycle": "the name of the cycle, as a link",
    "participants": "how many Members took part",
    "nominated": "how many Members named a contact",
    "year": "the reference year",
    "previous_cycle": "the name of the cycle before, as a link",
    "change": "the means before and now of the Members that reported both times, with n and, where told, significance",
    "test": "significant or not: between groups of a grouping, users and others of an instrument, or two cycles",
    "differences": "by which groupings a KPI differs significantly, by which it does not, by which it is not stated",
    "spread": "between which ends the published means of the groups lie; no group is named",
    "trend": "a picture of the mean over the cycles",
    "awareness": "the share that knows an instrument, or the mean over a selection of instruments",
    "usage": "the share that uses it",
    "plans": "the share that plans to use it",
    "threshold": "a threshold of the rules, as site.yml has it",
    "synthetic": "a note where the values of the cycle are generated, else nothing",
    "contact": "the address of the site for corrections, as a link",
    "propose": "a link that opens an e-mail with id and version of the KPI filled in",
    "peer_reviews": "where peer reviews stand, as far as the site may tell",
}
"""What each placeholder prints, for the reference page."""


def test_a_call_gives_its_arguments_by_parameter() -> None:
    """Positional arguments take the names of the parameters, in order; named ones keep theirs."""
    text = "First\n line {{ mean( data-standardization,group = region:esa , cycle=c2022) }} end"
    (found,), mistakes = find(text)
    assert mistakes == ()
    assert (found.name, found.line, found.column) == ("mean", 2, 7)
    assert found.arguments == {"kpi": "data-standardization", "group": "region:esa", "cycle": "c2022"}
    assert text[found.start : found.end].startswith("{{ mean(")
    assert text[found.end :] == " end"


@pytest.mark.parametrize(
    "text", ["{{ participants }}", "{{participants()}}", "{{ participants( ) }}", "{{\nparticipants\n}}"]
)
def test_brackets_may_be_left_out_where_nothing_is_needed(text: str) -> None:
    """A placeholder without arguments is written with or without brackets."""
    (found,), mistakes = find(text)
    assert (found.name, dict(found.arguments), mistakes) == ("participants", {}, ())


@pytest.mark.parametrize(
    ("text", "rule", "next_step"),
    [
        ("{{ meen(a) }}", "unknown placeholder 'meen'", "did you mean 'mean'?"),
        ("{{ mean }}", "'mean' needs the argument 'kpi'", ""),
        ("{{ mean(a, groop=b:c) }}", "'mean' has no argument 'groop'", "did you mean 'group'?"),
        ("{{ mean(a, kpi=b) }}", "the argument 'kpi' is given twice", ""),
        ("{{ cycle(a, b) }}", "'cycle' takes at most 1 arguments", ""),
        ('{{ mean("a") }}', "the argument 'kpi' is no id", "write ids without quotation marks, such as region:esa"),
        ("{{ mean(A) }}", "the argument 'kpi' is no id", "write ids without quotation marks, such as region:esa"),
        (
            f"{{{{ mean({'a' * 141}) }}}}",
            "the argument 'kpi' is no id",
            "write ids without quotation marks, such as region:esa",
        ),
        ("{{ mean(a)|safe }}", "this is no placeholder", "write {{ name }} or {{ name(argument, key=argument) }}"),
        ("{{ }}", "this is no placeholder", "write {{ name }} or {{ name(argument, key=argument) }}"),
        ("{{ ''.__class__ }}", "this is no placeholder", "write {{ name }} or {{ name(argument, key=argument) }}"),
        ("{{ mean(a)", "'{{' is never closed", "write {{ name(…) }}"),
        ("mean(a) }}", "'}}' closes nothing", "write {{ name(…) }}"),
    ],
)
def test_what_is_no_placeholder_is_a_mistake(text: str, rule: str, next_step: str) -> None:
    """Each has its rule, and the nearest right word where there is one."""
    found, (mistake,) = find("\n " + text)
    assert found == ()
    assert (mistake.rule, mistake.next_step, mistake.line) == (rule, next_step, 2)


@examples(200)
@given(st.lists(st.sampled_from(["{{", "}}", "{", "}", " mean(a) ", "cycle", "\n", "(", ")", ",", "="]), max_size=12))
def test_every_pair_of_braces_is_accounted_for(pieces: list[str]) -> None:
    """Outside of what is found and what is told no double brace remains, and places are those of the text."""
    text = "".join(pieces)
    found, mistakes = find(text)
    if not mistakes:
        rest = text
        for placeholder in reversed(found):
            rest = rest[: placeholder.start] + rest[placeholder.end :]
        assert "{{" not in rest or "}}" not in rest
        assert [text[each.start : each.start + 2] for each in found] == ["{{"] * len(found)
    lines = text.split("\n")
    for each in (*found, *mistakes):
        assert lines[each.line - 1][each.column - 1 : each.column + 1] in ("{{", "}}")


def test_every_placeholder_says_what_it_prints() -> None:
    """The reference page explains each word of the vocabulary, and no other."""
    assert set(PRINTS) == set(VOCABULARY)


def test_optional_parameters_follow_required_ones() -> None:
    """A positional argument never skips a required parameter, and every kind of argument can be named somewhere."""
    for name, parameters in VOCABULARY.items():
        required = [parameter.required for parameter in parameters]
        assert required == sorted(required, reverse=True), name
        assert len({parameter.name for parameter in parameters}) == len(parameters)
    used = {kind for parameters in VOCABULARY.values() for parameter in parameters for kind in parameter.kinds}
    assert {*ArgumentKind} - used <= {ArgumentKind.MEMBER}


def reference() -> str:
    """The reference page of placeholders, Markdown."""
    lines = [
        "# Placeholders of narrative pages",
        "",
        "A page in `content/` may hold `{{ name(argument, key=argument) }}`. Arguments are ids without quotation",
        "marks; positional ones come first. Anything else between double braces is a problem with file and line.",
        "",
        "| placeholder | prints | arguments, optional ones in square brackets | what each may name |",
        "| --- | --- | --- | --- |",
    ]
    for name, parameters in VOCABULARY.items():
        written = ", ".join(each.name if each.required else f"[{each.name}=]" for each in parameters)
        named = {each.name: [kind.value for kind in ArgumentKind if kind in each.kinds] for each in parameters}
        kinds = "; ".join(f"{parameter}: {', '.join(values)}" for parameter, values in named.items())
        lines.append(f"| `{name}` | {PRINTS[name]} | {written} | {kinds} |")
    lines += [
        "",
        "A goal is its number, 1 to 17. A group is written with its grouping, `region:esa`; a union as `union:eac`.",
        "A page speaks of the cycle in its front matter, else of the latest published one; `cycle=` names another.",
        "A figure that is not on a site prints the word for its absence there; nothing is ever computed in a text.",
        "",
        f"Selections: {', '.join(f'`{word}`' for word in SELECTIONS)}.",
        "",
        f"Thresholds: {', '.join(f'`{word}`' for word in sorted(THRESHOLDS))}.",
        "",
    ]
    return "\n".join(lines)


def test_the_reference_page_is_the_vocabulary(request: pytest.FixtureRequest) -> None:
    """docs/reference/placeholders.md is what `reference` writes."""
    page = ROOT / "docs/reference/placeholders.md"
    if request.config.getoption("--regenerate"):
        page.write_text(reference(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == reference(), "write it anew with --regenerate"
