"""Numbers, dates and order by the rules of each language."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pmm_site.model import Bounds, ConfStatus, Direction, Kpi, ObsStatus, SiteKind, Unit
from pmm_site.render import packaged_themes
from pmm_site.render.formats import Formats, formats, places, sort_key
from pmm_site.render.theme import load_theme, texts
from pmm_site.render.wording import Blank, Wording
from pmm_site.render.words import UnknownWord, Words
from pmm_site.tables import AggregateRow, ValueRow

NARROW = "\u202f"


def wording(language: str = "en", kind: SiteKind = SiteKind.WCO) -> Wording:
    """Figures in words."""
    theme = load_theme("default", [packaged_themes()])
    return Wording(theme.words(language), formats(language), kind, 3)


def kpi(unit: Unit = Unit.PERCENT, **changes: object) -> Kpi:
    """A KPI of a unit."""
    return Kpi("some", "outcome", {"en": "Some"}, unit, Bounds(0.0, 100.0), Direction.HIGHER, **changes)  # type: ignore[arg-type]


def mean(value: str | None, step: str | None, contributors: int = 40, kpi: str = "some") -> AggregateRow:
    """A row of aggregates."""
    status = (ObsStatus.SHOWN, ConfStatus.FREE) if value else (ObsStatus.NOT_SHOWN, ConfStatus.PROTECTED)
    return AggregateRow("c1", kpi, "all", "all", contributors, Decimal(value) if value else None,
                        Decimal(step) if step else None, *status, 7, Decimal("71.2"))  # fmt: skip


@pytest.mark.parametrize(
    ("language", "written"), [("en", "12,345.60"), ("fr", f"12{NARROW}345,60"), ("de", "12.345,60")]
)
def test_a_number_keeps_its_digits_and_takes_the_marks_of_the_language(language: str, written: str) -> None:
    """Values appear exactly as submitted, but for grouping and the decimal mark."""
    assert Formats(language).number("12345.60") == written


def test_equal_numbers_with_other_decimals_are_other_texts() -> None:
    """What is remembered for 1.0 is not printed for 1.00, in whatever order they come."""
    one = Formats("en")
    assert [one.number(Decimal(each)) for each in ("1.0", "1.00", "1", "1.0")] == ["1.0", "1.00", "1", "1.0"]
    assert [one.percent(Decimal(each)) for each in ("1.00", "1.0")] == ["1.00%", "1.0%"]


@pytest.mark.parametrize(("language", "written"), [("en", "98.1%"), ("fr", "98,1\u00a0%")])
def test_a_percentage_has_the_sign_of_the_language(language: str, written: str) -> None:
    """French puts a space before the sign that does not break."""
    assert Formats(language).percent("98.1") == written


def test_a_variation_carries_its_sign() -> None:
    """A rise has a plus and a fall a true minus."""
    english = Formats("en")
    assert english.quantity("12.5", Unit.VARIATION) == "+12.5%"
    assert english.quantity("-3", Unit.VARIATION) == "−3%"
    assert english.quantity("0.0", Unit.VARIATION) == "0.0%"
    assert english.points(Decimal("0.0")) == "0.0"


def test_dates_are_in_words() -> None:
    """A date follows the language."""
    assert Formats("fr").date("2024-03-01T10:00:00Z") == "1 mars 2024"


def test_names_are_sorted_without_regard_to_accents() -> None:
    """A French list has Égypte between Danemark and Espagne."""
    assert sorted(["Zambie", "Égypte", "Espagne", "Danemark"], key=sort_key) == [
        "Danemark",
        "Égypte",
        "Espagne",
        "Zambie",
    ]


@pytest.mark.parametrize(("step", "decimals"), [("0.1", 1), ("5", 0), ("0.01", 2), ("1E+2", 0), ("0.50", 1)])
def test_a_step_tells_the_decimals(step: str, decimals: int) -> None:
    """A mean is printed as finely as it is rounded, never finer."""
    assert places(Decimal(step)) == decimals


@pytest.mark.parametrize(
    ("value", "step", "unit", "said"),
    [
        ("98.1", "0.1", Unit.PERCENT, "98.1%"),
        ("98.0", "0.1", Unit.PERCENT, "98.0%"),
        ("75", "5", Unit.PERCENT, "about 75%, to the nearest 5"),
        ("0.85", "0.01", Unit.RATIO, "0.85"),
        ("0.5", "0.5", Unit.RATIO, "about 0.5, to the nearest 0.5"),
        ("1230", "10", Unit.COUNT, "1,230"),
        ("1200", "1E+2", Unit.COUNT, "about 1,200, to the nearest 100"),
        ("36.5", "0.1", Unit.HOURS, "36.5\u00a0hours"),
        ("40", "10", Unit.DAYS, "about 40\u00a0days, to the nearest 10"),
        ("-5", "5", Unit.VARIATION, "about −5%, to the nearest 5"),
    ],
)
def test_a_mean_says_its_rounding(value: str, step: str, unit: Unit, said: str) -> None:
    """The finest step stands without a word; any coarser one is said."""
    assert wording().mean(kpi(unit), mean(value, step)) == said


@pytest.mark.parametrize(
    ("value", "step", "unit", "said"),
    [
        ("100", "5", Unit.PERCENT, "97% or more"),
        ("0", "5", Unit.PERCENT, "3% or less"),
        ("99", "1", Unit.PERCENT, "about 99%, to the nearest 1"),
        ("100.0", "0.1", Unit.PERCENT, "100.0%"),
        ("0", "0.5", Unit.RATIO, "0.3 or less"),
    ],
)
def test_a_mean_rounded_to_its_bound_says_what_is_left(value: str, step: str, unit: Unit, said: str) -> None:
    """Half a step beyond a bound there is nothing: in every writing, the mean is told by the end that is open."""
    words, row = wording(), mean(value, step)
    assert words.mean(kpi(unit), row) == said
    short = said.replace("%", "") if "or" in said else None
    if short:
        assert words.mean_parts(kpi(unit), row) == (said, "")
        assert words.mean_cell(kpi(unit), row) == said
        assert words.short_mean(kpi(unit), row) == short


@pytest.mark.parametrize(
    ("before", "now", "step", "said"),
    [
        ("97.5", "98.2", "0.1", ("97.5% → 98.2%", "")),
        ("55", "50", "5", ("about 55% → about 50%", "to the nearest 5")),
        ("95", "100", "5", ("about 95% → 97% or more", "to the nearest 5")),
        ("75", "75", "5", ("no visible change", "about 75%, to the nearest 5, both times")),
        ("100", "100", "5", ("no visible change", "97% or more, both times")),
    ],
)
def test_a_change_is_told_no_finer_than_its_rounding(before: str, now: str, step: str, said: tuple[str, str]) -> None:
    """Equal rounded means are no zero: that no change can be seen is said, with what both means are."""
    assert wording().change(kpi(), Decimal(before), Decimal(now), Decimal(step)) == said


def test_a_mean_on_the_scale_of_an_index() -> None:
    """The finest step of an index is a thousandth of its bounds."""
    index = Kpi("some", "outcome", {"en": "Some"}, Unit.INDEX, Bounds(1.0, 5.0), Direction.HIGHER)
    assert wording().mean(index, mean("3.124", "0.004")) == "3.124"
    assert wording().mean(index, mean("3.2", "0.2")) == "about 3.2, to the nearest 0.2"


def test_steps_of_the_catalogue_decide_what_is_finest() -> None:
    """A KPI with roundings of its own is exact at the first of them."""
    own = kpi(roundings=(Decimal("1"), Decimal("10")))
    assert wording().mean(own, mean("75", "1")) == "75%"
    assert "to the nearest 10" in wording().mean(own, mean("80", "10"))


def test_beside_a_protected_mean_stands_the_figure_over_the_visible_values() -> None:
    """The blank and, after it, what the reader could compute anyway; the public reads another word for sharing."""
    restricted = wording().mean_or_visible(kpi(), mean(None, None)).striptags()
    assert restricted == "protected of the 7 Members that share theirs with you: 71.2%"
    public = wording(kind=SiteKind.PUBLIC).mean_or_visible(kpi(), mean(None, None)).striptags()
    assert public == "protected of the 7 Members that publish theirs: 71.2%"


def test_too_few_contributors_are_told_apart_from_protection() -> None:
    """A group below the minimum has another word than a protected one."""
    assert wording().mean(kpi(), mean(None, None, contributors=2)).striptags() == "too few contributors"
    assert wording().mean(kpi(), mean(None, None, contributors=3)).striptags() == "protected"


STATUSES = {
    Blank.NOT_APPLICABLE: (ObsStatus.NOT_APPLICABLE, ConfStatus.FREE),
    Blank.NOT_AVAILABLE: (ObsStatus.NOT_REPORTED, ConfStatus.FREE),
    Blank.NOT_AT_THIS_LEVEL: (ObsStatus.NOT_SHOWN, ConfStatus.NOT_AT_THIS_LEVEL),
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", [SiteKind.WCO, SiteKind.UNION, SiteKind.COUNTRY])
def test_restricted_sites_tell_three_blanks_of_a_value_apart(kind: SiteKind, language: str) -> None:
    """Each status has a word of its own, and all words of the legend differ."""
    speaker = wording(language, kind)
    for blank, (obs, conf) in STATUSES.items():
        row = ValueRow("c1", "some", "KEN", "", obs, conf)
        assert speaker.value(kpi(), row) == speaker.blank(blank)
    legend = [speaker.blank(blank).striptags() for blank in speaker.blanks]
    assert len(legend) == len(set(legend)) == 5


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_public_site_has_one_word_for_three(language: str) -> None:
    """Whatever stands behind an absent value, the public reads the same."""
    speaker = wording(language, SiteKind.PUBLIC)
    rows = [ValueRow("c1", "some", "KEN", "", obs, conf) for obs, conf in STATUSES.values()]
    said = {speaker.value(kpi(), row) for row in [*rows, None]}
    assert said == {speaker.blank(Blank.NOT_AVAILABLE_HERE)}
    assert len(speaker.blanks) == 3


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", "1", "1 day"), ("en", "1.0", "1.0 days"), ("en", "0.5", "0.5 days"), ("en", "2", "2 days"),
        ("fr", "0", "0 jour"), ("fr", "1.6", "1,6 jour"), ("fr", "2", "2 jours"),
        ("ar", "3", "3 أيام"), ("ar", "11", "11 يومًا"), ("ar", "100", "100 يوم"),
    ],
)  # fmt: skip
def test_a_unit_agrees_with_its_number(language: str, number: str, said: str) -> None:
    """As the language counts, by the decimals that are printed; the unit never stands alone on a line."""
    figure = wording(language).figure(kpi(Unit.DAYS), number)
    assert figure.replace("\u2068", "").replace("\u2069", "") == said.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("unit", "difference", "said"),
    [
        (Unit.PERCENT, "5", "+5\u00a0points"),
        (Unit.VARIATION, "-1", "−1\u00a0point"),
        (Unit.INDEX, "0.5", "+0.5\u00a0points"),
        (Unit.HOURS, "1", "+1\u00a0hour"),
        (Unit.DAYS, "-1.5", "−1.5\u00a0days"),
        (Unit.COUNT, "5", "+5"),
        (Unit.RATIO, "-0.25", "−0.25"),
    ],
)
def test_a_change_has_its_unit(unit: Unit, difference: str, said: str) -> None:
    """A change is told in the unit of its figures; ratios and numbers have none."""
    assert wording().difference(kpi(unit), Decimal(difference)).striptags().replace(" ", "\u00a0") == said


def test_a_quartile_is_a_class_of_values() -> None:
    """Two edges, one edge, none."""
    speaker = wording()
    assert speaker.between(kpi(), Decimal(60), Decimal(70)) == "between 60% and 70%"
    assert speaker.between(kpi(), Decimal(60), None) == "60% or more"
    assert speaker.between(kpi(), None, Decimal(70)) == "below 70%"
    assert speaker.between(kpi(), None, None) is None
    assert speaker.between(kpi(Unit.HOURS), Decimal(0), Decimal(48)) == "between 0 and 48\u00a0hours"


def test_words_choose_their_plural_and_escape_beside_markup() -> None:
    """One Member, two Members; text beside Markup is escaped."""
    from markupsafe import Markup

    words = Words("en", {"members": {"one": "{count} Member", "other": "{count} Members"}, "link": "see {a} & {b}"})
    assert [words("members", count=count) for count in (1, 2)] == ["1 Member", "2 Members"]
    assert words("link", a=Markup("<a>x</a>"), b="<b>") == "see <a>x</a> &amp; &lt;b&gt;"


def test_an_unknown_word_is_an_error_that_names_it() -> None:
    """Neither a missing text nor a missing value passes silently."""
    words = Words("en", {"known": "{name}"})
    with pytest.raises(UnknownWord, match="'missing'"):
        words("missing")
    with pytest.raises(UnknownWord, match="name"):
        words("known", other=1)


def placeholders(entry: object) -> set[str]:
    """The placeholders of a text or of all its plural forms."""
    import string

    forms = entry.values() if isinstance(entry, dict) else [entry]
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(str(form)) if name}


def test_french_is_complete_and_takes_the_same_values() -> None:
    """Every text exists in both languages with the same placeholders."""
    theme = load_theme("default", [packaged_themes()])
    english, french = texts(theme, "en"), texts(theme, "fr")
    assert english.keys() == french.keys()
    assert {key for key in english if placeholders(english[key]) != placeholders(french[key])} == set()


@pytest.mark.parametrize(
    ("language", "own", "in_brazil"),
    [
        ("fr", "Français", "francês"),
        ("pt-BR", "Português (Brasil)", "português (Brasil)"),
        ("zh-Hant", "中文 (繁體)", "chinês (tradicional)"),
    ],
)
def test_a_language_is_named_in_itself_and_in_another(language: str, own: str, in_brazil: str) -> None:
    """Languages with a country or a script have names like any other, also for each other."""
    assert (formats(language).own_name, formats(language).name_in(formats("pt-BR"))) == (own, in_brazil)


def test_a_sign_stays_before_its_number_where_text_runs_from_right_to_left() -> None:
    """A number that begins with a sign is set apart from the Arabic around it; others, and other languages, are not."""
    arabic, english = formats("ar"), formats("en")
    signed = (arabic.quantity("10", Unit.VARIATION), arabic.quantity("-3.5", Unit.PERCENT), arabic.points(Decimal(-2)))
    assert all(each.startswith(("\u2066+", "\u2066−")) and each.endswith("\u2069") for each in signed)
    assert arabic.number("5") == "5"
    assert english.quantity("10", Unit.VARIATION) == "+10%"
