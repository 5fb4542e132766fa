"""Placeholders of narrative pages: what is one, what is none, and where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmm_site.placeholders import PRINTS, VOCABULARY, ArgumentKind, find, reference
from tests.depth import examples

ROOT = Path(__file__).parent.parent


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


def test_the_reference_page_is_the_vocabulary(request: pytest.FixtureRequest) -> None:
    """docs/reference/placeholders.md is what `reference` writes."""
    page = ROOT / "docs/reference/placeholders.md"
    if request.config.getoption("--regenerate"):
        page.write_text(reference(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == reference(), "write it anew with --regenerate"
