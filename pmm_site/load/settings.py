"""site.yml: settings, and the policies of disclosure and analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import fields as fields_of

from pmm_site.load import words
from pmm_site.load.catalogue import default, read
from pmm_site.load.fields import Field
from pmm_site.load.log import KnownIds, shown
from pmm_site.load.strict_yaml import MappingNode, ScalarNode, SequenceNode
from pmm_site.model import (
    DEFAULT_PROTECTION,
    DEFAULT_WEIGHTS,
    AnalysisPolicy,
    DisclosurePolicy,
    Level,
    Protection,
    Settings,
    SiteSelection,
    Text,
    Unit,
    WorkLimits,
)

STANDARD_LANGUAGES = ("en",)
MOST_CONTRIBUTORS = 1_000
MOST_WORK = 10**12

_OPTIONAL = ("organization", "contact", "licence", "notice", "languages", "theme", "sites", "base_urls", "disclosure",
             "analysis")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Referable:
    """What settings may refer to."""

    members: KnownIds
    unions: KnownIds
    groupings: KnownIds
    sites: KnownIds
    themes: KnownIds


def read_languages(root: Field) -> tuple[str, ...] | None:
    """The languages of the site, first the default; None when they are not known. Reports nothing."""
    if not isinstance(root.node, MappingNode):
        return None
    node = next((entry.node for entry in root.node.entries if entry.key == "languages"), None)
    if node is None:
        return STANDARD_LANGUAGES
    items = node.items if isinstance(node, SequenceNode) else ()
    languages = tuple(item.text if isinstance(item, ScalarNode) else "" for item in items)
    return languages if languages and all(map(words.is_language, languages)) else None


def read_settings(root: Field, known: Referable) -> Settings:
    """The settings as far as they could be read."""
    fields = root.mapping(("title",), _OPTIONAL) or {}
    languages = read(fields.get("languages"), _languages)
    return Settings(
        title=read(fields.get("title"), Field.text) or {},
        languages=languages or STANDARD_LANGUAGES,
        organization=_plain_text(fields, "organization"),
        contact=read(fields.get("contact"), _contact),
        licence=_plain_text(fields, "licence"),
        notice=_plain_text(fields, "notice"),
        theme=read(fields.get("theme"), lambda field: _theme(field, known.themes)) or "default",
        sites=default(read(fields.get("sites"), lambda field: _sites(field, known)), SiteSelection()),
        base_urls=_base_urls(fields.get("base_urls"), known),
        disclosure=default(read(fields.get("disclosure"), lambda field: _disclosure(field, known)), DisclosurePolicy()),
        analysis=default(read(fields.get("analysis"), _analysis), AnalysisPolicy()),
    )


def _plain_text(fields: Mapping[str, Field], key: str) -> Text | None:
    return read(fields.get(key), Field.text_or_string)


def _theme(field: Field, themes: KnownIds) -> str | None:
    """The name of a theme of the project, or of the one that the program brings."""
    name = field.id()
    return None if name is None or words.id_fault(name) else field.reference(themes)


def _contact(field: Field) -> str | None:
    """The address that corrections and proposals are mailed to: pages make a link of it."""
    address = field.string(500)
    if address is not None and not words.is_mail_address(address):
        field.error("contact", f"{shown(address)} is no e-mail address")
    return address


def _languages(field: Field) -> tuple[str, ...]:
    def language(item: Field) -> str | None:
        word = item.string(words.LONGEST_ID)
        if word is not None and not words.is_language(word):
            item.error("language", f"unknown language {shown(word)}")
        return word

    languages = field.distinct(language)
    if field.is_sequence and not field.items():
        field.error("language", "no language is named", "write languages: [en]")
    return languages


# --- sites --------------------------------------------------------------------------------------


def _sites(field: Field, known: Referable) -> SiteSelection:
    fields = field.mapping((), ("public", "wco", "unions", "countries")) or {}
    return SiteSelection(
        public=default(read(fields.get("public"), Field.boolean), True),
        wco=default(read(fields.get("wco"), Field.boolean), True),
        unions=_selected(fields.get("unions"), ("all", "none"), known.unions, "all"),
        countries=_selected(fields.get("countries"), ("participants", "all", "none"), known.members, "participants"),
    )


def _selected(field: Field | None, allowed: tuple[str, ...], known: KnownIds, otherwise: str) -> str | tuple[str, ...]:
    if field is None:
        return otherwise
    if field.is_sequence:
        return field.references(known)
    return field.word(allowed) or "none"


def _base_urls(field: Field | None, known: Referable) -> str | Mapping[str, str] | None:
    if field is None:
        return None
    if field.is_scalar:
        pattern = field.string(500)
        if pattern is not None and (
            pattern.count("{site}") != 1 or not words.is_address(pattern.replace("{site}", "a"))
        ):
            field.error("address", "this is no absolute http(s) address with one {site}")
        return pattern
    addresses: dict[str, str] = {}
    for site, item in field.entries():
        if known.sites.lacks(site):
            _report_unknown_site(site, item, known)
        address = item.string(500)
        if address is not None and not words.is_address(address):
            item.error("address", "this is no absolute http(s) address")
        addresses[site] = address or ""
    return addresses


def _report_unknown_site(site: str, item: Field, known: Referable) -> None:
    """A site is public, wco, or named after a union or a Member."""
    kind, _, subject = site.partition("-")
    if kind == "union" and subject:
        item.log.unknown(subject, known.unions, line=item.line, place=item.path)
    elif kind == "country" and subject:
        item.log.unknown(subject.upper(), known.members, line=item.line, place=item.path)
    else:
        item.error("choice", f"{shown(site)} is no site", "use public, wco, union-<id> or country-<iso3>")


# --- disclosure ---------------------------------------------------------------------------------


def _disclosure(field: Field, known: Referable) -> DisclosurePolicy:
    fields = field.mapping((), [each.name for each in fields_of(DisclosurePolicy)]) or {}
    standard = DisclosurePolicy()
    policy = DisclosurePolicy(
        basis=_word(fields, "basis", ("submitted", "visible"), standard.basis),
        coalitions=_word(fields, "coalitions", ("pairs", "unions", "none"), standard.coalitions),
        protection={**DEFAULT_PROTECTION, **(read(fields.get("protection"), _protection) or {})},
        minimum_contributors=_contributors(fields, "minimum_contributors", 1, standard.minimum_contributors),
        performance_contributors=_contributors(
            fields, "performance_contributors", 3, standard.performance_contributors
        ),
        moments_contributors=_contributors(fields, "moments_contributors", 4, standard.moments_contributors),
        crossings=read(fields.get("crossings"), lambda each: _crossings(each, known.groupings)) or (),
        roundings=_word(fields, "roundings", ("per-cell", "per-kpi"), standard.roundings),
        weights={
            **DEFAULT_WEIGHTS,
            **(read(fields.get("weights"), lambda each: _weights(each, known.groupings)) or {}),
        },
        peer_review_disclosure=default(
            read(fields.get("peer_review_disclosure"), lambda each: each.choice(Level)), Level.COUNTRY
        ),
        work_limits=default(read(fields.get("work_limits"), _work_limits), standard.work_limits),
    )
    if policy.performance_contributors < policy.minimum_contributors:
        where = fields.get("performance_contributors") or fields["minimum_contributors"]
        where.error("policy", "performance_contributors is below minimum_contributors", "make it at least as large")
    return policy


def _word(fields: Mapping[str, Field], key: str, allowed: tuple[str, ...], otherwise: str) -> str:
    return read(fields.get(key), lambda field: field.word(allowed)) or otherwise


def _contributors(fields: Mapping[str, Field], key: str, least: int, otherwise: int) -> int:
    return default(read(fields.get(key), lambda field: field.whole(least, MOST_CONTRIBUTORS)), otherwise)


def _protection(field: Field) -> Mapping[Unit, Protection]:
    """By unit; what a unit leaves out is its default."""
    units = field.mapping((), [unit.value for unit in Unit]) or {}
    rules: dict[Unit, Protection] = {}
    for name, item in units.items():
        unit = Unit(name)
        standard = DEFAULT_PROTECTION[unit]
        fields = item.mapping((), ("side", "width", "floor") if unit.is_quantity else ("side", "width")) or {}
        side, width, floor = (
            default(read(fields.get(key), lambda each: each.number(0, 2)), otherwise)
            for key, otherwise in (
                ("side", standard.side),
                ("width", standard.width),
                ("floor", standard.floor),
            )
        )
        if side <= 0 or width <= 0 or side >= 1:
            item.error(
                "policy",
                "a side lies between 0 and 1, and a width is greater than 0",
                "write fractions: 0.02 is 2 %",
            )
        elif width < 2 * side:
            item.error("policy", "the width is less than twice the side", "widen it or narrow the side")
        if unit.is_quantity and floor <= 0:
            item.error("policy", "a floor is greater than 0: a value of 0 has no other protection", "write 0.01")
        rules[unit] = Protection(side, width, floor)
    return rules


def _crossings(field: Field, groupings: KnownIds) -> tuple[tuple[str, str], ...]:
    crossings: list[tuple[str, str]] = []
    for item in field.items():
        pair = item.references(groupings)
        if not item.is_sequence:
            continue
        if len(item.items()) != 2:
            item.error("policy", "a crossing has two groupings", "write [region, income]")
        elif len(pair) == 2:
            if {*pair} in [{*each} for each in crossings]:
                item.error("duplicate-id", "this crossing stands twice")
            crossings.append((pair[0], pair[1]))
    return tuple(crossings)


def _weights(field: Field, groupings: KnownIds) -> Mapping[str, float]:
    weights: dict[str, float] = {}
    for key, item in field.entries():
        if key not in DEFAULT_WEIGHTS:
            item.log.unknown(key, KnownIds("grouping", groupings.ids | DEFAULT_WEIGHTS.keys(), groupings.complete),
                             line=item.line, place=item.path)  # fmt: skip
        weights[key] = default(item.number(0, 1_000_000), 1.0)
        if weights[key] <= 0:
            item.error("policy", "a weight is greater than 0", "write a small weight instead")
    return weights


def _work_limits(field: Field) -> WorkLimits:
    fields = field.mapping((), [each.name for each in fields_of(WorkLimits)]) or {}
    limits = {name: item.whole(1, MOST_WORK) for name, item in fields.items()}
    return replace(WorkLimits(), **{name: limit for name, limit in limits.items() if limit is not None})


# --- analysis -----------------------------------------------------------------------------------


def _analysis(field: Field) -> AnalysisPolicy:
    fields = field.mapping((), [each.name for each in fields_of(AnalysisPolicy)]) or {}
    thresholds = {name: item.number(0, 0.5 if name == "significance" else 100) for name, item in fields.items()}
    policy = replace(AnalysisPolicy(), **{name: each for name, each in thresholds.items() if each is not None})
    if policy.significance <= 0:
        fields["significance"].error("policy", "the level of significance is greater than 0", "write 0.05")
    for low, high in (("instrument_low_use", "instrument_high_use"), ("capacity_medium", "capacity_high")):
        if getattr(policy, low) > getattr(policy, high):
            where = fields.get(low) or fields[high]
            where.error("policy", f"{low} is greater than {high}")
    return policy
