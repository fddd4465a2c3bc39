"""What an item of the catalogue of community services is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.reviews import Chain, chains
from core.work_orders import kinds

CLASSES = ("party", "civil", "relief", "elder", "disabled", "child", "work", "health", "housing", "culture", "peace", "service")
"""The twelve classes, in the order they are shown: a file of core/catalogue/sample/ each."""

Names = Mapping[str, str]


@dataclass(frozen=True)
class Item:
    """A service residents may ask for. `kind`: the kind of its orders (core.work_orders), which decides clauses and complexity; `chain`: its
    review chain (core.reviews), None: no review; `guide`: the steps before and after the review. Lists of sentences in both languages."""

    id: str
    group: str
    title: Names
    kind: str
    chain: str | None
    important: bool
    materials: tuple[Names, ...]
    guide: tuple[Names, ...]
    basis: tuple[Names, ...]

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses whose clocks its orders start."""
        return tuple(kinds()[self.kind].clocks)

    @property
    def complexity(self) -> str:
        """'simple' or 'complex'."""
        return kinds()[self.kind].complexity

    @property
    def review(self) -> Chain | None:
        """Its chain in full."""
        return chains()[self.chain] if self.chain else None


@dataclass(frozen=True)
class Group:
    """A class of services with its items."""

    id: str
    title: Names
    items: tuple[Item, ...]


def misfit(item: Item) -> str | None:
    """What doesn't go together in `item` (word key catalogue.misfit_<…>): a second review is for complex or important matters, and for all of
    them (NP 二); papers are asked for only by kinds of order that can wait for them (materials.once)."""
    if item.materials and not kinds()[item.kind].materials:
        return "no_materials"
    if item.review is None:
        return None
    twice = item.important or item.complexity == "complex"
    if twice != item.review.twice:
        return "needs_second" if twice else "no_second"
    return None
