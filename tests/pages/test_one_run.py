"""What one run asks once: for that run alone, and only until a command is carried out."""

import pytest

from pages.parts.one_run import forget, once, one_run


def counter():
    asked = []
    return lambda: asked.append(1) or len(asked)


def test_a_run_asks_once_and_the_next_one_asks_again():
    read = counter()
    with one_run():
        assert [once("who", read), once("who", read)] == [1, 1]
    with one_run():
        assert once("who", read) == 2


def test_a_callback_and_a_fragment_that_runs_by_itself_ask_each_time():
    read = counter()
    assert [once("who", read), once("who", read)] == [1, 2]


def test_after_a_command_the_same_run_asks_again():
    read = counter()
    with one_run():
        once("who", read)
        forget()
        assert once("who", read) == 2


def test_a_run_that_ends_early_leaves_nothing_behind():
    read = counter()
    with pytest.raises(KeyboardInterrupt), one_run():
        once("who", read)
        raise KeyboardInterrupt
    assert once("who", read) == 2


def test_another_cookie_is_another_question():
    with one_run():
        assert [once(("desk", token), lambda token=token: token) for token in ("a", "b", "a")] == ["a", "b", "a"]
