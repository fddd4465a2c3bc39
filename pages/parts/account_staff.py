"""Which member of staff an account belongs to: chosen when it is opened or later, and a plain word on those that belong to nobody."""

from uuid import UUID

import streamlit as st

from core.roles import Role
from core.staff import works_here
from db.commands import identity as commands
from db.queries.identity import AccountRow
from db.queries.staff import Worker, workers
from pages.parts.desk import Desk
from pages.parts.page import answer
from pages.parts.plain import plain


def all_staff(desk: Desk) -> list[Worker]:
    """Everybody who works in the communities in scope, and who has left and still has an account."""
    with desk.session() as session:
        return workers(session, desk.now, with_accounts=True)


def whose(desk: Desk, row: AccountRow, staff: list[Worker]) -> str:
    """The name of whom an account belongs to, for the list."""
    name = next((one.name for one in staff if one.account_id == row.id), None)
    return name or desk.t("staff.missing" if works_here(row.role) else "staff.not_needed")


def warn_of_unlinked(desk: Desk, rows: list[AccountRow], staff: list[Worker]) -> None:
    """Names the accounts in use that need a member of staff and have none, and those of people who have left."""
    linked = {one.account_id for one in staff}
    without = [row.username for row in rows if works_here(row.role) and row.disabled_at is None and row.id not in linked]
    enabled = {row.id for row in rows if row.disabled_at is None}
    gone = [f"{one.name} ({one.username})" for one in staff if one.left and one.account_id in enabled]
    if gone:
        st.warning(desk.t("staff.gone", names=plain(desk.t("exports.comma").join(gone))))
    if without:
        st.warning(desk.t("staff.without", n=len(without), names=plain(desk.t("exports.comma").join(without))))


def pick_staff(desk: Desk, staff: list[Worker], key: str) -> tuple[UUID, UUID] | None:
    """(community, member of staff) chosen of those without an account; None: nobody yet."""
    free = {(one.community_id, one.id): _named(desk, one) for one in staff if one.account_id is None}
    return st.selectbox(
        desk.t("staff.whose"), list(free), index=None, format_func=free.get, placeholder=desk.t("staff.nobody"), help=desk.t("staff.whose_help"), key=f"staff-{key}"
    )


def draw_link(desk: Desk, row: AccountRow, staff: list[Worker], key: str) -> None:
    """Link the account chosen, or unlink it."""
    own = next((one for one in staff if one.account_id == row.id), None)
    if own:
        st.markdown(desk.t("staff.belongs_to", name=plain(_named(desk, own))))
        if st.button(desk.t("staff.unlink"), key=f"unlink-{key}"):
            _done(desk, desk.carry_out(commands.unlink_account, account_id=row.id), desk.t("staff.unlinked"))
    elif works_here(row.role) or (row.role == Role.ADMINISTRATOR and row.communities):
        here = [one for one in staff if one.community_id in row.communities]
        if not any(one.account_id is None for one in here):
            st.caption(desk.t("staff.none_free"))
            return
        with st.form(f"link-{key}", enter_to_submit=False):
            chosen = pick_staff(desk, here, key)
            if st.form_submit_button(desk.t("staff.link"), type="primary") and chosen:
                name = next(one.name for one in here if (one.community_id, one.id) == chosen)
                done = desk.carry_out(commands.link_account, account_id=row.id, community_id=chosen[0], staff_id=chosen[1])
                _done(desk, done, desk.t("staff.linked", name=name))


def _done(desk: Desk, done, said: str) -> None:
    """The list above and the form itself say it anew."""
    if answer(desk, done, said):
        st.session_state["accounts_said"] = said
        st.rerun()


def _named(desk: Desk, one: Worker) -> str:
    posts = desk.t("exports.comma").join(f"{grid} {post}" for grid, post in one.posts)
    return " · ".join(filter(None, (one.name, desk.t(f"exports.staff_{one.kind}"), posts, one.community)))
