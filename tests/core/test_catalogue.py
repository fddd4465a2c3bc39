"""The catalogue of services: what its loader refuses, what a community may make of an item."""

import pytest

from core.catalogue import CatalogueError, Draft, drafted, from_text, load_catalogue, read_catalogue, to_text
from core.refusals import Refused
from core.reviews import STEPS, chains, read_chains
from core.rulebook import load_rulebook
from core.words import LANGS
from core.yaml_files import YamlProblem

GOOD = """\
title: {zh: 养老服务, en: Elders}
items:
  allowance:
    title: {zh: 高龄津贴申请, en: Old-age allowance}
    kind: complex
    clauses: [matter.first_review]
    chain: elder_welfare
    materials: [id_card, {zh: 存折, en: Passbook}]
    guide: [hand_in]
    basis: [elders]
"""
BAD = {
    "an unknown key": (GOOD + "    cost: 5\n", "unknown key 'cost'", "write one of title"),
    "an item twice": (GOOD + GOOD[GOOD.index("  allowance") :], "line 11", "keep one of the two"),
    "a title twice": (GOOD + GOOD[GOOD.index("  allowance") :].replace("allowance:", "other:", 1), "is the title of elder.allowance already", "write another"),
    "an unknown kind": (GOOD.replace("kind: complex", "kind: hard"), "kind is 'hard'", "write one of"),
    "an unknown clause": (GOOD.replace("matter.first_review", "matter.first_look"), "no clause 'matter.first_look'", "write matter.first_review"),
    "a clause its orders don't start": (GOOD.replace("matter.first_review", "matter.simple"), "start matter.first_review", "or another kind"),
    "an unknown chain": (GOOD.replace("elder_welfare", "elders"), "chain is 'elders'", "write one of"),
    "a chain without the second review": (GOOD.replace("elder_welfare", "certificate"), "needs a second_review", "another chain"),
    "a second review of a simple matter": (
        GOOD.replace("kind: complex", "kind: simple").replace("matter.first_review", "matter.simple"), "neither complex nor important", "another chain",
    ),
    "an unknown paper": (GOOD.replace("[id_card", "[idcard"), "materials is 'idcard'", "write one of"),
    "a paper twice": (GOOD.replace("[id_card", "[id_card, id_card"), "names one thing twice", "write it once"),
    "papers nobody can wait for": (GOOD.replace("kind: complex", "kind: demand").replace("matter.first_review", "demand.feedback"), "can't wait for papers", "materials: []"),
    "no steps": (GOOD.replace("[hand_in]", "[]"), "guide is []", "write a list"),
    "a missing basis": (GOOD.replace("    basis: [elders]\n", ""), "has no 'basis'", "add `basis: …`"),
    "a missing language": (GOOD.replace(", en: Old-age allowance", ""), "title is", "{zh: …, en: …}"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_the_loader_refuses(what):
    text, complaint, advice = BAD[what]
    with pytest.raises(CatalogueError) as problem:
        read_catalogue([("elder.yaml", text)])
    assert "elder.yaml" in str(problem.value) and complaint in str(problem.value) and advice in str(problem.value)


def test_a_file_is_a_class():
    with pytest.raises(CatalogueError, match=r"pets\.yaml.*use one of party"):
        read_catalogue([("pets.yaml", GOOD)])
    [group] = read_catalogue([("elder.yaml", GOOD)])
    assert [one["en"] for one in group.items[0].materials] == ["Resident identity card, original", "Passbook"]


def test_the_sample_has_12_classes_75_items_and_16_chains_all_in_use():
    items = [item for group in load_catalogue() for item in group.items]
    assert (len(load_catalogue()), len(items), len(chains())) == (12, 75, 16)
    assert {item.chain for item in items} - {None} == set(chains())
    assert all(set(item.clauses) <= set(load_rulebook()) and item.clauses for item in items)


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({"steps": {"approval": ["station_head"]}}, "steps are"),
        ({"steps": {"approval": ["station_head"], "first_review": ["station_head"]}}, "steps are"),
        ({"steps": {"first_review": ["administrator"], "approval": ["station_head"]}}, "write a list of grid_worker"),
        ({"tells": ["smoke"]}, "tells is"),
        ({"cost": 1}, "write exactly"),
    ],
)
def test_a_chain_is_first_review_perhaps_second_review_and_approval_by_who_may_review(entry, complaint):
    good = {"title": {"zh": "甲", "en": "A"}, "steps": {step: ["station_head"] for step in STEPS}, "tells": ["phone"]}
    assert read_chains({"a": good}, "reviews.yaml")["a"].twice
    with pytest.raises(YamlProblem, match=complaint):
        read_chains({"a": good | entry}, "reviews.yaml")


def draft(**values) -> Draft:
    lists = {"materials": {"zh": "身份证\n户口簿\n", "en": ""}, "guide": {"zh": "提交", "en": "Hand in"}, "basis": {"zh": "《老年人权益保障法》"}}
    values = {"group": "elder", "title": {"zh": " 高龄 津贴 "}, "kind": "complex", "chain": "elder_welfare"} | values
    return Draft(**{**values, "lists": lists | values.get("lists", {})})


def test_a_community_writes_an_item_line_by_line_and_english_may_wait():
    item = drafted("elder.allowance", draft())
    assert item.title == {"zh": "高龄 津贴", "en": "高龄 津贴"} and item.clauses == ("matter.first_review",)
    assert [one["zh"] for one in item.materials] == ["身份证", "户口簿"] and item.guide == ({"zh": "提交", "en": "Hand in"},)
    assert from_text(item.id, to_text(item)) == item


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"title": {"zh": " "}}, "catalogue.say_title"),
        ({"kind": "hard"}, "catalogue.unknown"),
        ({"lists": {"materials": {"zh": "身份证\n户口簿", "en": "Identity card"}}}, "catalogue.half_materials"),
        ({"lists": {"guide": {}}}, "catalogue.say_guide"),
        ({"chain": "certificate"}, "catalogue.misfit_needs_second"),
        ({"kind": "simple"}, "catalogue.misfit_no_second"),
        ({"kind": "demand", "chain": None}, "catalogue.misfit_no_materials"),
    ],
)
def test_what_doesnt_go_together_is_refused_in_words(values, reason):
    refused = drafted("elder.allowance", draft(**values))
    assert isinstance(refused, Refused) and refused.reason == reason
    assert all(refused.text(lang) for lang in LANGS)
