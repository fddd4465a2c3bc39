"""The menu is no lock: each page asks for itself who is there, and each fragment again, because it lives on after a logout."""

import ast

import pytest

from tests.house import source
from tests.house.test_pages import PAGES


def asks_who(function: ast.FunctionDef) -> list[str]:
    """The desks this function requires of whoever is there at this moment: `current().require("queue")`."""
    asked = (call for call in ast.walk(function) if isinstance(call, ast.Call) and source.name_of(call.func).endswith("require"))
    return [call.args[0].value for call in asked if call.args and isinstance(call.args[0], ast.Constant) and "current()" in ast.unparse(call.func)]


def fragments(module: ast.Module) -> list[ast.FunctionDef]:
    return [one for one in ast.walk(module) if isinstance(one, ast.FunctionDef) and any("fragment" in ast.unparse(mark) for mark in one.decorator_list)]


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_page_asks_first_of_all_who_is_there_and_whether_they_may(path):
    page = next(one for one in source.tree(path).body if isinstance(one, ast.FunctionDef) and one.name == "page")
    body = page.body[1:] if ast.get_docstring(page) else page.body
    assert f"current().require('{path.stem}')" in ast.unparse(body[0])


@pytest.mark.parametrize("path", source.files("pages"), ids=str)
def test_a_fragment_asks_again(path):
    assert [f"{one.lineno} {one.name}" for one in fragments(source.tree(path)) if not asks_who(one)] == []


def test_the_guard_sees_a_fragment_that_trusts_the_page():
    bad = ast.parse("@st.fragment(run_every=60)\ndef _news(desk):\n    st.write(desk.actor.name)")
    good = ast.parse("@st.fragment\ndef _news():\n    desk = at.current().require('queue')")
    assert [asks_who(one) for one in fragments(bad) + fragments(good)] == [[], ["queue"]]
