"""Who is protected against: what each reader and each coalition knows of one KPI."""

from __future__ import annotations

from decimal import Decimal

from pmm_site.disclose.history import Past, PastMean, Version
from pmm_site.disclose.knowledge import Attacker, Knowledge, attackers, knowledge
from pmm_site.model import EVERYONE, Dataset, Membership, Readers
from tests.factories import cycle_data, dataset, kpi, reported, union

EAC = union("eac", "KEN", "UGA")


def world() -> Dataset:
    """A value of each level, contributors in the order CHN, FRA, KEN, UGA, USA."""
    values = {
        "k": {
            "CHN": reported(1, "country"),
            "FRA": reported(2, "public"),
            "KEN": reported(3, "union"),
            "UGA": reported(4, "country"),
            "USA": reported(5, "wco"),
        }
    }
    return dataset(values, unions=[EAC])


def known_of(found: Knowledge, mask: int) -> set[str]:
    """The Members whose values a set of bits holds."""
    return {member for number, member in enumerate(found.contributors) if mask >> number & 1}


def test_members_know_their_own_their_unions_and_what_all_users_see() -> None:
    """Uganda knows its own value and Kenya's, besides those of the public and the WCO level."""
    found = knowledge(world(), world().cycles[0], "k")
    assert known_of(found, found.public) == {"FRA"}
    assert known_of(found, found.wco) == {"FRA", "USA"}
    assert known_of(found, found.of("UGA")) == {"FRA", "USA", "KEN", "UGA"}
    assert known_of(found, found.of("KEN")) == {"FRA", "USA", "KEN"}
    assert known_of(found, found.of("CHN")) == {"FRA", "USA", "CHN"}
    assert known_of(found, found.of("TZA")) == {"FRA", "USA"}


def names(found: tuple[Attacker, ...]) -> set[str]:
    """Names of readers."""
    return {each.name for each in found}


def test_coalitions_by_policy() -> None:
    """None, unions pooling, and every pair of Members with knowledge of its own."""
    found = knowledge(world(), world().cycles[0], "k")
    single = names(attackers(found, (EVERYONE,), "none"))
    assert single == {"public", "wco", "CHN", "KEN", "UGA"}
    with_unions = attackers(found, (EVERYONE,), "unions")
    assert names(with_unions) == single  # all that the union knows together Uganda knows alone
    pairs = attackers(found, (EVERYONE,), "pairs")
    assert names(pairs) == single | {"CHN+KEN", "CHN+UGA"}


def test_pairs_need_not_be_contributors() -> None:
    """Two Members without values of their own know between them what four unions were told; no contributors do."""
    values = {"k": {code: reported(number, "union") for number, code in enumerate(("BDI", "CHN", "FRA", "KEN"))}}
    unions = [union("s", "BDI", "UGA"), union("t", "CHN", "UGA"), union("u", "FRA", "USA"), union("v", "KEN", "USA")]
    world = dataset(values, unions=unions)
    found = attackers(knowledge(world, world.cycles[0], "k"), (EVERYONE,), "pairs")
    assert [each.name for each in found if each.knows == 0b1111] == ["UGA+USA"]


def test_an_unknown_policy_protects_against_pairs() -> None:
    """A word that is not known never means less protection."""
    found = knowledge(world(), world().cycles[0], "k")
    assert attackers(found, (EVERYONE,), "nobody") == attackers(found, (EVERYONE,), "pairs")


def test_equal_knowledge_counts_once_and_the_best_informed_come_first() -> None:
    """Readers who know the same and open the same sites are one; they are sorted by what they know."""
    found = attackers(knowledge(world(), world().cycles[0], "k"), (EVERYONE,), "pairs")
    assert len({(each.knows, each.opens) for each in found}) == len(found)
    sizes = [each.knows.bit_count() for each in found]
    assert sizes == sorted(sizes, reverse=True)


def test_readers_open_the_sites_they_belong_to() -> None:
    """Everyone opens the public figures; a union's own figures only who belongs to it, alone or in a pair."""
    found = attackers(
        knowledge(world(), world().cycles[0], "k"), (EVERYONE, Readers(members=frozenset({"KEN", "UGA"}))), "pairs"
    )
    opens = {each.name: each.opens for each in found}
    assert opens["public"] == opens["wco"] == opens["CHN"] == 0b01
    assert opens["KEN"] == opens["CHN+KEN"] == 0b11


def test_a_wco_figure_is_opened_by_every_user_and_not_by_the_public() -> None:
    """The public does not open what stands from the WCO tier up."""
    wco = Readers(basic_users=True, members=frozenset(world().members))
    opens = {each.name: each.opens for each in attackers(knowledge(world(), world().cycles[0], "k"), (wco,), "none")}
    assert opens["public"] == 0
    assert opens["wco"] == opens["KEN"] == 1


def test_a_union_pools_in_the_year_of_the_cycle() -> None:
    """The coalition is of the Members of the cycle's reference year, whoever is in the union today."""
    kpis = [kpi("k")]
    values = {"k": {"KEN": reported(3, "country"), "SOM": reported(4, "country"), "UGA": reported(5, "country")}}
    changed = union("eac", "KEN", Membership("UGA", None, 2022), Membership("SOM", 2024))
    cycles = [cycle_data(values, each, kpis=kpis) for each in ("c2022", "c2024")]
    found = dataset(cycles=cycles, kpis=kpis, unions=[changed])
    for data, expected in zip(found.cycles, ({"KEN", "UGA"}, {"KEN", "SOM"}), strict=True):
        known = knowledge(found, data, "k")
        (pooled,) = (each for each in attackers(known, (EVERYONE,), "unions") if each.name == "union eac")
        assert known_of(known, pooled.knows) == expected


def test_what_was_shown_once_stays_known() -> None:
    """A value that an earlier release showed to all users is known to them, whatever its level is now."""
    past = Past((Version("CHN", 1.0, "first", Readers(basic_users=True)), Version("UGA", 4.0, "first", EVERYONE)))
    found = knowledge(world(), world().cycles[0], "k", past)
    assert known_of(found, found.public) == {"FRA", "UGA"}
    assert known_of(found, found.wco) == {"FRA", "USA", "CHN", "UGA"}


def test_a_corrected_value_is_another_one() -> None:
    """Who saw the old value does not know the new; the old one is a value of its own where old figures are over it."""
    old = Version("CHN", 99.0, "first", EVERYONE)
    past = Past((old,), (PastMean((old,), Decimal(99), Decimal(1), EVERYONE),))
    found = knowledge(world(), world().cycles[0], "k", past)
    assert found.contributors == ("CHN", "FRA", "KEN", "UGA", "USA", "CHN@first")
    assert known_of(found, found.public) == {"FRA", "CHN@first"}
    assert known_of(found, found.of("CHN")) == {"FRA", "USA", "CHN", "CHN@first"}


def test_a_member_knows_its_value_even_where_its_level_is_not_known() -> None:
    """Nobody may see the value, but who gave it knows it: protection counts on nothing else."""
    values = {"k": {"KEN": reported(3, "country"), "UGA": reported(4, "country")}}
    found = dataset(values)
    unknown = dataset(values, kpis=[kpi("other")], cycles=[cycle_data(values)])
    assert knowledge(unknown, unknown.cycles[0], "k") == knowledge(found, found.cycles[0], "k")
