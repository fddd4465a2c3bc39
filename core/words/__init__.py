"""Every sentence the product says, in each of its languages: one YAML file a noun, `key: {zh: …, en: …}`.

A key starts with its file's name: `queue.title` stands in core/words/queue.yaml. Files are read when first asked for.
"""

from functools import lru_cache
from pathlib import Path
from string import Formatter

from core.yaml_files import YamlProblem, read_mapping

LANGS = ("zh", "en")
_HERE = Path(__file__).parent


def t(key: str, lang: str, /, **values) -> str:
    """The sentence `key` in `lang`, with `values` put into its {places}. Raises KeyError naming the key and the file it belongs in."""
    name = key.partition(".")[0]
    try:
        sentence = words_of(name)[key][lang]
    except KeyError:
        raise KeyError(f"no words for {key!r} in {lang!r}: add `{key}: {{zh: …, en: …}}` to core/words/{name}.yaml") from None
    return sentence.format(**values) if values else sentence


def files() -> tuple[str, ...]:
    """Names of all word files, sorted."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.yaml")))


def all_words() -> dict[str, dict[str, str]]:
    """Every key of every file. Raises YamlProblem on the first thing wrong, naming file, key and what to write instead."""
    return {key: entry for name in files() for key, entry in words_of(name).items()}


@lru_cache
def words_of(name: str) -> dict[str, dict[str, str]]:
    """The words of one file, checked; an unknown file has none. Raises YamlProblem."""
    path = _HERE / f"{name}.yaml"
    return check(read_mapping(path), name, path.name) if path.exists() else {}


def check(entries: dict, name: str, where: str) -> dict[str, dict[str, str]]:
    """`entries` themselves, when each key has the prefix `name` and the same places in every language."""
    for key, entry in entries.items():
        _check_entry(key, entry, name, where)
    return entries


def _check_entry(key: str, entry, name: str, where: str) -> None:
    if not isinstance(key, str) or not key.startswith(f"{name}."):
        raise YamlProblem(where, key, f"a key starts with its file's name: write `{name}.{key}`")
    if not isinstance(entry, dict) or set(entry) != set(LANGS) or not all(isinstance(s, str) and s.strip() for s in entry.values()):
        raise YamlProblem(where, key, f"write exactly one sentence for each of {', '.join(LANGS)}, in quotes where it looks like a number")
    if len({_places(where, key, sentence) for sentence in entry.values()}) > 1:
        raise YamlProblem(where, key, "the {places} differ between the languages: use the same ones")


def _places(where: str, key: str, sentence: str) -> frozenset[str]:
    try:
        return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)
    except ValueError as error:
        raise YamlProblem(where, key, f"{error}: write {{{{ and }}}} for braces that are text") from None
