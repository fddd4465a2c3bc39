"""Words: a key in its file, every language, the same places."""

import pytest

from core.words import LANGS, all_words, check, files, t
from core.yaml_files import YamlProblem, parse_mapping


def test_a_sentence_comes_in_the_language_asked_for():
    assert t("clocks.overdue", "zh") == "已逾期"
    assert t("clocks.overdue", "en") == "overdue"


def test_values_are_put_into_their_places():
    assert t("calendar.no_notice", "en", year=2027).startswith("No notice for 2027")


def test_an_unknown_key_names_the_key_and_the_file_it_belongs_in():
    with pytest.raises(KeyError, match=r"queue\.nothing_like_it.*core/words/queue\.yaml"):
        t("queue.nothing_like_it", "zh")


def test_an_unknown_file_and_an_unknown_language_are_told_too():
    with pytest.raises(KeyError, match=r"core/words/kitchen\.yaml"):
        t("kitchen.sink", "zh")
    with pytest.raises(KeyError, match="'fr'"):
        t("clocks.overdue", "fr")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("queue.title: {zh: 队列}", "exactly one sentence for each of zh, en"),
        ("queue.title: {zh: 队列, en: Queue, fr: File}", "exactly one sentence for each of zh, en"),
        ("queue.title: {zh: 队列, en: }", "exactly one sentence for each of zh, en"),
        ("queue.title: {zh: 队列, en: 12}", "in quotes where it looks like a number"),
        ("queue.title: 队列", "exactly one sentence for each of zh, en"),
        ("map.title: {zh: 队列, en: Queue}", "a key starts with its file's name: write `queue.map.title`"),
        ('queue.left: {zh: "剩{n}件", en: "{m} left"}', "places} differ between the languages"),
        ('queue.left: {zh: "剩{n}件", en: none left}', "places} differ between the languages"),
        ('queue.left: {zh: "剩{n件", en: "{n} left"}', "for braces that are text"),
    ],
)
def test_a_word_file_is_refused_with_what_to_write_instead(text, complaint):
    with pytest.raises(YamlProblem) as problem:
        check(parse_mapping(text, "queue.yaml"), "queue", "queue.yaml")
    assert str(problem.value).startswith("queue.yaml, ")
    assert complaint in str(problem.value)


def test_a_key_twice_is_refused_with_its_line():
    with pytest.raises(YamlProblem, match=r"^queue\.yaml, line 2: .*queue\.a.*keep one of the two"):
        parse_mapping("queue.a: {zh: 一, en: one}\nqueue.a: {zh: 二, en: two}\n", "queue.yaml")


def test_every_word_file_is_right():
    words = all_words()
    assert {key.split(".")[0] for key in words} == set(files())
    assert all(entry[lang].strip() for entry in words.values() for lang in LANGS)
