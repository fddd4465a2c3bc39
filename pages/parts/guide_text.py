"""The guide of one item in sections, the same on the desk and on paper: limits, papers, steps, review, basis, how the result is given."""

from core.catalogue import Item
from core.rulebook import load_rulebook
from core.words import t


def guide_sections(lang: str, item: Item) -> list[tuple[str, list[str]]]:
    """(heading, lines) in `lang`, in the order a resident asks."""
    found = [
        ("limits", [_limit(lang, clause_id) for clause_id in item.clauses]),
        ("materials", [one[lang] for one in item.materials] or [t("catalogue.no_materials", lang)]),
        ("guide", [one[lang] for one in item.guide]),
        ("review", _review(lang, item)),
        ("basis", [one[lang] for one in item.basis]),
    ]
    if item.review:
        found.append(("result", [t("catalogue.or", lang).join(t(f"reviews.tell_{one}", lang) for one in item.review.tells)]))
    return [(t(f"catalogue.section_{name}", lang), lines) for name, lines in found]


def step_name(lang: str, step: str) -> str:
    """A step of a review in words."""
    return t(f"reviews.step_{step}", lang)


def _limit(lang: str, clause_id: str) -> str:
    clause = load_rulebook()[clause_id]
    source = t("shell.source_default", lang) if clause.source.document == "default" else str(clause.source)
    return f"{clause.title[lang]}: {clause.figure[lang]} · {source}"


def _review(lang: str, item: Item) -> list[str]:
    if item.review is None:
        return [t("catalogue.no_review", lang)]
    return [f"{step_name(lang, step)} — {t('catalogue.or', lang).join(t(f'accounts.role_{role}', lang) for role in roles)}" for step, roles in item.review.steps.items()]
