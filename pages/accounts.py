"""Accounts: who may log in, as what, and what they reach. For the administrator; every change is on the ledger."""

import streamlit as st

from core.calendar import SHANGHAI, local_minute
from core.refusals import Refused
from core.roles import RIGHTS, Role
from core.staff import works_here
from db.commands import identity as commands
from db.queries import identity
from db.queries.identity import AccountRow
from db.queries.staff import Worker
from pages.parts import desk as at
from pages.parts.account_staff import all_staff, draw_link, pick_staff, warn_of_unlinked, whose
from pages.parts.communities import draw_communities
from pages.parts.desk import Desk
from pages.parts.page import answer, page_header, show_refusal
from pages.parts.rows import draw_rows


def page() -> None:
    desk = at.current().require("accounts")
    page_header(desk, desk.t("accounts.title"), desk.t("accounts.subtitle"))
    with desk.session() as session:
        rows, places = identity.accounts(session), (identity.communities(session), identity.grids(session))
    if said := st.session_state.pop("accounts_said", None):
        st.toast(said)
    draw_communities(desk)
    table, staff = st.container(), all_staff(desk)
    with st.expander(f"**{desk.t('accounts.create')}**"):
        _create(desk, places, staff)
    by_name = {row.username: row for row in rows}
    chosen = st.selectbox(desk.t("accounts.choose"), list(by_name), index=None, key="account")
    if chosen:
        draw_link(desk, by_name[chosen], staff, chosen)
        _one(desk, by_name[chosen], places)
    with table, desk.session() as session:
        _table(desk, identity.accounts(session), places)


def _table(desk: Desk, rows: list[AccountRow], places) -> None:
    staff = all_staff(desk)
    warn_of_unlinked(desk, rows, staff)
    st.caption(desk.t("accounts.count", n=len(rows)))
    shown = [
        {
            desk.t("accounts.username"): row.username,
            desk.t("accounts.display_name"): row.display_name,
            desk.t("accounts.role"): desk.t(f"accounts.role_{row.role}"),
            desk.t("staff.whose"): whose(desk, row, staff),
            desk.t("accounts.state"): _state(desk, row),
            desk.t("accounts.reach"): _reach(desk, row, places),
            desk.t("accounts.last_at"): local_minute(row.last_at) if row.last_at else desk.t("accounts.never"),
        }
        for row in rows
    ]
    draw_rows(shown, column_config={desk.t("accounts.reach"): st.column_config.Column(width=290)})


def _state(desk: Desk, row: AccountRow) -> str:
    if row.disabled_at:
        return desk.t("accounts.state_disabled")
    if row.locked_until and row.locked_until > desk.now:
        return desk.t("accounts.state_locked", moment=row.locked_until.astimezone(SHANGHAI).strftime("%H:%M"))
    return desk.t("accounts.state_active")


def _reach(desk: Desk, row: AccountRow, places) -> str:
    communities, grids = places
    names = [grids.get(one, "?") for one in row.grids] or [communities.get(one, "?") for one in row.communities]
    return desk.t("exports.comma").join(sorted(names)) or (desk.t("accounts.everything") if row.role == Role.ADMINISTRATOR else desk.t("common.none"))


def _create(desk: Desk, places, staff: list[Worker]) -> None:
    role = _role(desk, "new")
    made = st.session_state.get("accounts_made", 0)
    with st.form(f"create-{made}", border=False, enter_to_submit=False):
        username = st.text_input(desk.t("accounts.username"), help=desk.t("accounts.username_help"), max_chars=40)
        name = st.text_input(desk.t("accounts.display_name"), max_chars=40)
        communities, grids = _places(desk, role, places, f"new-{made}")
        own = pick_staff(desk, staff, f"new-{made}") if works_here(role) else None
        password = st.text_input(desk.t("accounts.password"), type="password", help=desk.t("accounts.password_help", n=commands.SHORTEST_PASSWORD))
        if not st.form_submit_button(desk.t("accounts.create"), type="primary"):
            return
    hashed = commands.hash_password(password) if password else None
    details = {"username": username, "display_name": name, "role": role, "communities": communities, "grids": grids, "staff": own}
    result = hashed if isinstance(hashed, Refused) else desk.carry_out(commands.create_account, password_hash=hashed, **details)
    if isinstance(result, Refused):
        show_refusal(desk, result)  # and what was typed stays
        return
    st.session_state["accounts_made"], st.session_state["accounts_said"] = made + 1, desk.t("accounts.created", username=username)
    st.rerun()


def _one(desk: Desk, row: AccountRow, places) -> None:
    """What can be done to one account: each button is one command and one ledger entry."""
    key = f"{row.username}-{row.version}"
    role = _role(desk, key, row)
    with st.form(f"change-{key}", enter_to_submit=False):
        name = st.text_input(desk.t("accounts.display_name"), row.display_name, max_chars=40)
        communities, grids = _places(desk, role, places, key, row)
        changed = st.form_submit_button(desk.t("accounts.change"), type="primary")
    if changed:
        details = {"role": role, "display_name": name, "communities": communities, "grids": grids, "version": row.version}
        answer(desk, desk.carry_out(commands.change_account, account_id=row.id, **details), desk.t("accounts.changed"))
    with st.form(f"password-{key}", clear_on_submit=True, enter_to_submit=False):
        password = st.text_input(desk.t("accounts.password_new"), type="password", help=desk.t("accounts.password_help", n=commands.SHORTEST_PASSWORD))
        reset = st.form_submit_button(desk.t("accounts.password_reset"))
    if reset:
        hashed = commands.hash_password(password)
        result = hashed if isinstance(hashed, Refused) else desk.carry_out(commands.reset_password, account_id=row.id, password_hash=hashed)
        answer(desk, result, desk.t("accounts.password_done"))
    with st.form(f"address-{key}", enter_to_submit=False):
        address = st.text_input(desk.t("accounts.address"), row.mail_address or "", help=desk.t("accounts.address_help"), max_chars=120)
        if st.form_submit_button(desk.t("accounts.address_set")):
            answer(desk, desk.carry_out(commands.set_mail_address, account_id=row.id, address=address.strip() or None), desk.t("accounts.address_done"))
    with st.container(horizontal=True):
        if st.button(desk.t("accounts.disable"), key=f"disable-{key}", disabled=row.disabled_at is not None):
            answer(desk, desk.carry_out(commands.disable_account, account_id=row.id), desk.t("accounts.disabled"))
        if st.button(desk.t("accounts.enable"), key=f"enable-{key}"):
            answer(desk, desk.carry_out(commands.enable_account, account_id=row.id), desk.t("accounts.enabled"))


def _role(desk: Desk, key: str, row: AccountRow | None = None) -> str:
    """Outside the form, so that the places offered follow it."""
    roles = [str(role) for role in Role]
    return st.selectbox(desk.t("accounts.role"), roles, index=roles.index(row.role) if row else 0, format_func=lambda one: desk.t(f"accounts.role_{one}"), key=f"role-{key}")


def _places(desk: Desk, role: str, places, key: str, row: AccountRow | None = None) -> tuple[list, list]:
    """The communities, or for roles bound to grids the (community, grid) pairs, that the account shall reach."""
    communities, grids = places
    if RIGHTS[Role(role)].by_grid:
        before = [one for one in grids if row and one in row.grids]
        return [], st.multiselect(desk.t("accounts.grids"), list(grids), before, format_func=grids.get, key=f"grids-{key}", help=desk.t("accounts.grids_needed"))
    before = [one for one in communities if row and one in row.communities]
    return st.multiselect(desk.t("accounts.communities"), list(communities), before, format_func=communities.get, key=f"communities-{key}"), []
