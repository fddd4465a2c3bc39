"""A refusal is a value: what may not be done, by which clause, and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.words import t


@dataclass(frozen=True)
class Refused:
    """`reason` is a word key, `clause_id` the clause that forbids (None: no clause, e.g. a row somebody else has changed),
    `values` fill the {places} of the words; a tuple is a list of word keys, said in the reader's language."""

    reason: str
    clause_id: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        """The reason in `lang`."""
        said = {name: t("checklist.comma", lang).join(t(one, lang) for one in value) if isinstance(value, tuple) else value for name, value in self.values.items()}
        return t(self.reason, lang, **said)
