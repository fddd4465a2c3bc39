"""Review chains of matters (NP 二): who reviews what in which order, and when a result may be given. The chains are data, core/reviews.yaml.

The reviewer is never somebody who works the matter, and nobody takes two steps of one chain. A matter sent back begins its chain anew when
whoever works it sends it again; a reopened one likewise, for it comes to a new result. Whose work it is: who holds it, and whoever carried out
one of WORK. A step that nobody who reaches the matter may take falls to the street: a matter outside the grids, held by the station head, is not stuck.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from core.grants import Person, is_known, speaks_for_another
from core.refusals import Refused
from core.roles import RIGHTS, Role
from core.words import LANGS
from core.work_orders import OPINIONS, Kind
from core.work_orders import STEPS as WAY
from core.yaml_files import YamlProblem, read_mapping

STEPS = ("first_review", "second_review", "approval")
"""Steps of a review in their order; the second review only for complex or important matters."""
TELLS = ("phone", "text", "pick_up")
"""How a result may be given, NP 二."""
ACT = "order_review"
"""What a role needs (core.roles.ACTS) to take any step."""

SENT_BACK, SENT_AGAIN = "review_returned", "review_sent"
"""Acts in an order's trail beside STEPS: a reviewer's no, and the handler's answer to it."""
TRAIL = frozenset({*STEPS, SENT_BACK}) | OPINIONS
"""Acts that leave an opinion (review.trail)."""
WORK = frozenset({"accept", "ask_materials", "receive_materials", "finish", SENT_AGAIN, *WAY}) - OPINIONS
"""Acts that make whoever carries them out one of those who work the matter."""
MEETS = {"first_review": "first_review", "approval": "reviewed"}
"""The act of core.work_orders that a step stands for, where a clock waits for it."""
IN_HAND = frozenset({"accepted"})
"""The statuses in which a matter is reviewed."""
RESULTS = ("passed", "returned", "sent")
_FALLS = frozenset({"reviews.not_this_role", "reviews.other_step"})
"""Why the street may not take a step by itself, but does where nobody is left."""

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


@dataclass(frozen=True)
class Review:
    """What was filed on a step of STEPS, one of RESULTS: passed or returned by the reviewer, sent again by the handler. `round`: how often the
    matter had been reopened by then; `at`: when, where that is asked for."""

    step: str
    result: str
    round: int
    by: Person
    at: datetime | None = None


@dataclass(frozen=True)
class Stand:
    """How far a matter is: steps passed since it was last sent or reopened; `returned`: it lies with the handler; `next`: the step that waits."""

    passed: tuple[Review, ...]
    returned: bool
    next: str | None


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


# --- how far a matter is, and what may follow ------------------------------------------------------------------------


def stand(chain: Chain, reviews: Iterable[Review], round: int) -> Stand:
    """Where a matter of `chain` stands after `reviews`, in the order of filing; `round`: how often it has been reopened."""
    passed, returned = [], False
    for one in reviews:
        if one.round != round:
            continue
        if one.result == "passed":
            passed.append(one)
        else:
            passed, returned = [], one.result == "returned"
    rest = [step for step in chain.steps if step not in {one.step for one in passed}]
    return Stand(tuple(passed), returned, None if returned or not rest else rest[0])


def may_review(
    chain: Chain, reviews: Iterable[Review], round: int, status: str, role: str, actor: Person, workers: Iterable[Person],
    people: Callable[[], Iterable[tuple[str, Person]]] = tuple,
) -> Refused | None:
    """Why `actor` may not take the step that waits; None: they may. `workers`: who works the matter. `people`: everybody who reaches it, each with
    their role; asked only for the street, which takes what none of them may, and two steps of one chain where not even another officer is left."""
    reviews, workers = list(reviews), list(workers)
    step = stand(chain, reviews, round).next
    if status not in IN_HAND:
        return Refused(f"work_orders.not_while_{status}", "review.chain")
    if step is None:
        return Refused("reviews.none_waits", "review.chain")
    roles = chain.steps[step]
    refused = _unfit(step, roles, reviews, role, actor, workers)
    if refused is None or role != Role.STREET_OFFICER or refused.reason not in _FALLS:
        return refused
    others, wider = tuple(people()), (*roles, Role.STREET_OFFICER)
    if any(_unfit(step, roles, reviews, *one, workers) is None for one in others):
        return refused
    refused = _unfit(step, wider, reviews, role, actor, workers)
    last = refused is not None and refused.reason in _FALLS and all(_unfit(step, wider, reviews, *one, workers) for one in others)
    return None if last else refused


def _unfit(step: str, roles: Iterable[str], reviews: list[Review], role: str, actor: Person, workers: list[Person]) -> Refused | None:
    if role not in roles:
        return Refused("reviews.not_this_role", "review.chain")
    if any(_same(actor, one) for one in workers):
        return Refused("reviews.own_matter", "review.chain")
    if refused := speaks_for_another(role, actor[1]):
        return Refused(refused.reason, "review.chain")
    if any(_same(actor, one.by) and one.step != step for one in reviews if one.result != "sent"):
        return Refused("reviews.other_step", "review.chain")
    return None if role == Role.STREET_OFFICER or all(map(is_known, workers)) else Refused("reviews.worker_unknown", "review.chain")


def may_finish(chain: Chain, reviews: Iterable[Review], round: int, actor: Person, holder: UUID | None, given: str | None) -> Refused | None:
    """Why the result may not be given yet: a step is still to come, whoever gives it has reviewed it, or nobody says how it was given (TELLS)."""
    reached = stand(chain, reviews, round)
    if reached.returned:
        return Refused("reviews.returned_first", "review.chain")
    if reached.next:
        return Refused(f"reviews.first_{reached.next}", "review.chain")
    if not is_known(actor):
        return Refused("staff.not_linked", "review.chain")
    if any(_same(one.by, person) for one in reached.passed for person in (actor, (None, holder))):
        return Refused("reviews.handled_by_reviewer", "review.chain")
    if given not in chain.tells:
        return Refused("reviews.say_how_given", "review.chain")
    return None


def may_send(chain: Chain, reviews: Iterable[Review], round: int, status: str) -> Refused | None:
    """Why the handler may not send the matter to review again; None: it was sent back to them."""
    if status not in IN_HAND:
        return Refused(f"work_orders.not_while_{status}", "review.chain")
    return None if stand(chain, reviews, round).returned else Refused("reviews.not_returned", "review.chain")


def act_of(step: str, result: str) -> str:
    """The act under which a filed step stands in the order's trail."""
    return {"passed": step, "returned": SENT_BACK, "sent": SENT_AGAIN}[result]


def met_by(step: str, kind: Kind, running: Iterable[str]) -> tuple[str, ...]:
    """The running clauses of an order of `kind` that a passed `step` meets."""
    act = MEETS.get(step)
    return tuple(clause_id for clause_id in running if act in kind.met_by(clause_id))


def _same(one: Person, other: Person) -> bool:
    return any(a is not None and a == b for a, b in zip(one, other, strict=True))
