"""A penalty standard and a penalty in words."""

from core.calendar import local_minute
from core.clocks import deadline_text
from db.queries.parking import PenaltyLine, StandardLine
from pages.parts.desk import Desk
from pages.parts.plain import plain


def yuan(fen: int) -> str:
    """12050 → 120.50."""
    return f"{fen / 100:.2f}"


def standard_about(desk: Desk, one: StandardLine) -> str:
    """The standard, since when it is public, its hearing, and whether penalties are permitted; in Markdown."""
    place = desk.t(f"parking.place_{one.place}")
    lines = [f"**{desk.t('parking.standard')}** {plain(one.text)}", desk.t("parking.fee_line", amount=yuan(one.fee), at=local_minute(one.published_at), place=place)]
    if one.heard_at:
        lines.append(heard(desk, one))
    if one.withdrawn_at:
        lines.append(f":gray[{desk.t('parking.withdrawn_line', at=local_minute(one.withdrawn_at))}]")
    elif one.waits:
        lines.append(f":orange[{' · '.join(desk.t(f'parking.waits_{name}', at=deadline_text(one.permits_at)) for name in one.waits)}]")
    else:
        lines.append(f":green[✓ {desk.t('parking.in_force', at=deadline_text(max(one.permits_at, one.heard_at)))}]")
    return "  \n".join(lines)


def heard(desk: Desk, one: StandardLine | PenaltyLine) -> str:
    """When the hearing was held, and how many took part."""
    return desk.t("parking.heard", held=local_minute(one.held_at), n=one.attended, at=local_minute(one.heard_at))


def penalty_about(desk: Desk, one: PenaltyLine) -> str:
    """A penalty in two or three lines of Markdown; the plate is masked already."""
    lines = [f"**{penalty_name(desk, one)}**", desk.t("parking.penalty_about", at=local_minute(one.happened_at), amount=yuan(one.fee), photo=plain(one.photo))]
    if one.revoked_at:
        lines.append(f":gray[{desk.t('parking.revoked_line', at=local_minute(one.revoked_at), reason=plain(one.reason))}]")
    return "  \n".join(lines)


def penalty_name(desk: Desk, one: PenaltyLine) -> str:
    """Which car, and where it stood."""
    return f"{plain(one.plate)} · {plain(one.place)}"


def proof_lines(desk: Desk, one: PenaltyLine) -> list[str]:
    """What proves that the penalty was permitted: publication, hearing, the moments."""
    lines = [desk.t("parking.proof_published", at=local_minute(one.published_at))]
    lines += [heard(desk, one)] if one.heard_at else [desk.t("parking.waits_hearing")]
    lines.append(desk.t("parking.proof_permitted", at=local_minute(one.permitted_at)))
    return [*lines, desk.t("parking.by", by=plain(one.by) or "—", at=local_minute(one.recorded_at))]
