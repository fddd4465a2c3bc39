"""Every sentence in both languages, every sentence used, every used sentence there."""

import ast
import re

import pytest

from core.words import LANGS, all_words
from tests.house import source

FULL_WIDTH = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_BOTH = re.compile(r"^[^A-Za-z\u4e00-\u9fff]*$")


def asked_for(module: ast.Module) -> list[tuple[int, str]]:
    """(line, pattern) of each key given to t() or Refused() as a constant or an f-string."""
    found = []
    for call in (node for node in source.nodes(module) if isinstance(node, ast.Call)):
        if source.name_of(call.func).rpartition(".")[2] in {"t", "Refused"}:
            said = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "reason")]
            choices = [branch for one in said for branch in ((one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,))]
            found += [(call.lineno, known) for known in map(source.pattern, choices) if known]
    return found


def mentioned() -> tuple[set[str], list[re.Pattern]]:
    """Every plain string of the product and every f-string with a dot and an open end: where keys may be named."""
    plain, open_ended = set(), []
    for path in source.every_file():
        if path.parts[0] == "tests":
            continue
        module = source.tree(path)
        plain |= {text for _, text in source.strings(module)}
        joined = (source.pattern(node) for node in source.nodes(module) if isinstance(node, ast.JoinedStr))
        open_ended += [re.compile(one) for one in joined if one and re.match(r"[a-z_]+\\\.", one)]
        # A whole file in one go, or the beginning of keys whose end is a value of a column.
        open_ended += [re.compile(rf"{name}\..+") for name in re.findall(r'words_of\("(\w+)"\)', source.text(path))]
        open_ended += [re.compile(re.escape(text) + ".+") for _, text in source.strings(module) if re.fullmatch(r"[a-z]+\.[a-z_]+_", text)]
    for path in (source.ROOT / "core").rglob("*.yaml"):
        if path.parent.name != "words":
            plain |= set(re.findall(r"[a-z_]+(?:\.[a-z0-9_]+)+", path.read_text(encoding="utf-8")))
    return plain, open_ended


def test_every_sentence_is_there_in_chinese_and_in_english():
    """The loader refuses a missing one; here: no Chinese left in the English, none missing in the Chinese."""
    words = all_words()
    assert words
    assert {key: entry["en"] for key, entry in words.items() if FULL_WIDTH.search(entry["en"]) and key not in BOTH} == {}
    latin = {k: e["zh"] for k, e in words.items() if not FULL_WIDTH.search(e["zh"]) and not SAME_IN_BOTH.match(re.sub(r"{.*?}", "", e["zh"]))}
    assert {key: text for key, text in latin.items() if key not in BOTH} == {}
    assert all(set(entry) == set(LANGS) for entry in words.values())


BOTH = {"login.language", "shell.lang_zh", "shell.lang_en", "imports.bad.sex", "exports.format_xlsx"}
"""What the language switch offers to somebody who can't read the other language, and what must be typed into a cell as it is."""


def test_every_sentence_asked_for_is_there():
    words = all_words()
    missing = []
    for path in source.every_file():
        if path.parts[0] == "tests":
            continue
        for line, wanted in asked_for(source.tree(path)):
            if not any(re.fullmatch(wanted, key) for key in words):
                missing.append(f"{path}:{line} {wanted}")
    assert missing == []


def test_every_sentence_is_used():
    plain, open_ended = mentioned()
    unused = [key for key in all_words() if key not in plain and not any(one.fullmatch(key) for one in open_ended)]
    assert unused == []


@pytest.mark.parametrize("code", ["t('queue.nothing_like_it', lang)", "Refused('care.nothing_like_it')", "t(f'nothing.{x}', lang)"])
def test_the_guard_of_the_words_bites(code):
    assert [wanted for _, wanted in asked_for(ast.parse(code)) if not any(re.fullmatch(wanted, key) for key in all_words())]
