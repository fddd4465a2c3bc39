"""Review chains of matters (NP 二): who reviews what in which order. The chains are data, core/reviews.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.roles import RIGHTS, Role
from core.words import LANGS
from core.yaml_files import YamlProblem, read_mapping

STEPS = ("first_review", "second_review", "approval")
"""Steps of a review in their order; the second review only for complex or important matters."""
TELLS = ("phone", "text", "pick_up")
"""How a result may be given, NP 二."""
ACT = "order_review"
"""What a role needs (core.roles.ACTS) to take any step."""

_FILE = Path(__file__).with_suffix(".yaml")
_KEYS = ("title", "steps", "tells")


@dataclass(frozen=True)
class Chain:
    """A standard chain. `steps`: step → roles that may take it, in the order of STEPS; `tells`: how the result may be given."""

    id: str
    title: Mapping[str, str]
    steps: Mapping[str, tuple[str, ...]]
    tells: tuple[str, ...]

    @property
    def twice(self) -> bool:
        """Whether it has a second review."""
        return "second_review" in self.steps


@lru_cache
def chains() -> Mapping[str, Chain]:
    """Every chain by id, in the order of the file. Raises YamlProblem on the first thing wrong in it."""
    return read_chains(read_mapping(_FILE), _FILE.name)


def read_chains(entries: Mapping, where: str) -> Mapping[str, Chain]:
    """Chains from a mapping as in core/reviews.yaml; `where` names the file in errors. Raises YamlProblem."""
    return {chain_id: _chain(where, chain_id, entry) for chain_id, entry in entries.items()}


def _chain(where: str, chain_id: str, entry: object) -> Chain:
    if not isinstance(entry, Mapping) or set(entry) != set(_KEYS):
        raise YamlProblem(where, chain_id, f"write exactly {', '.join(_KEYS)}")
    title, steps, tells = (entry[key] for key in _KEYS)
    if not isinstance(title, Mapping) or set(title) != set(LANGS):
        raise YamlProblem(where, chain_id, f"title is {title!r}: write one for each of {', '.join(LANGS)}")
    if not isinstance(steps, Mapping) or tuple(steps) not in (STEPS, (STEPS[0], STEPS[-1])):
        raise YamlProblem(where, chain_id, f"steps are {', '.join(STEPS)} in this order; only second_review may be left out")
    for step, roles in steps.items():
        if not roles or not isinstance(roles, list) or any(one not in _reviewers() for one in roles):
            raise YamlProblem(where, chain_id, f"{step} is taken by {roles!r}: write a list of {', '.join(_reviewers())}")
    if not tells or not isinstance(tells, list) or any(one not in TELLS for one in tells):
        raise YamlProblem(where, chain_id, f"tells is {tells!r}: write a list of {', '.join(TELLS)}")
    return Chain(chain_id, dict(title), {step: tuple(roles) for step, roles in steps.items()}, tuple(tells))


def _reviewers() -> tuple[str, ...]:
    return tuple(role.value for role in Role if ACT in RIGHTS[role].acts)
