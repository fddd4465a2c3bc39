"""The README tells the truth: each command in it is one that a test here carries out, in a copy of the repo."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.desk import PASSWORD, ROOT, free_port, settle, wait_for

README = ROOT / "README.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def commands() -> list[str]:
    """Every command line of the README's sh blocks."""
    lines = [line for block in BLOCK.findall(README.read_text(encoding="utf-8")) for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in lines if line.strip() and not line.startswith("#")]


class Copy:
    """A copy of the repo as a fresh clone would be; `env` is what its commands see."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(("DESK_", "PYTEST_"))}
        self.env["PORT"] = str(free_port())
        listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True).stdout
        for name in filter(None, listed.decode().split("\0")):
            if (ROOT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)

    def run(self, command: str, **more: str) -> str:
        """What the command prints; fails the test when it fails."""
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.env | more, text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=240)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout + done.stderr

    @contextmanager
    def started(self, command: str, **more: str) -> Iterator[tuple[str, Path]]:
        """The desk that `command` serves, once it answers: its address and what it printed."""
        log = self.folder / "output.log"
        with log.open("wb") as output:
            process = subprocess.Popen(["bash", "-c", f"exec {command}"], cwd=self.folder, env=self.env | more, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                address = f"http://127.0.0.1:{self.env['PORT']}"
                wait_for(address, process, log, within=180)
                yield address, log
            finally:
                os.killpg(process.pid, 15)
                process.wait(20)


@pytest.fixture(scope="module")
def office(tmp_path_factory, demo_template) -> Copy:
    """A copy with our environment and the demo community in var/, as after the first `make run`."""
    one = Copy(tmp_path_factory.mktemp("office"))
    (one.folder / ".venv").symlink_to(ROOT / ".venv")
    (one.folder / "var/keys").mkdir(parents=True)
    shutil.copy(demo_template, one.folder / "var/desk.db")
    shutil.copy(os.environ["DESK_KEY_FILE"], one.folder / "var/keys/desk.key")
    one.env["DESK_NOW"] = "2026-11-18T10:00:00+08:00"
    return one


def signs_in(address: str, account: str) -> bool:
    with httpx.Client(base_url=address) as client:
        return client.post("/login", data={"account": account, "password": PASSWORD}).status_code == 303


def test_make_run_on_a_fresh_copy_makes_a_demo_and_a_second_one_keeps_the_data(tmp_path):
    fresh = Copy(tmp_path)
    (fresh.folder / ".venv").symlink_to(ROOT / ".venv")
    with fresh.started("make run") as (address, log):
        assert signs_in(address, "worker1")
        printed = log.read_text()
        assert PASSWORD in printed
        assert "committee" in printed
        assert fresh.env["PORT"] in printed
    settle(fresh.folder / "var/desk.db")
    before = (fresh.folder / "var/keys/desk.key").read_bytes()
    with fresh.started("make run") as (address, log):
        assert signs_in(address, "head")
        assert PASSWORD in log.read_text()
    assert (fresh.folder / "var/keys/desk.key").read_bytes() == before


def offline(copy: Copy) -> None:
    """The two halves of an installation without a network, with one small wheel instead of all."""
    (copy.folder / "requirements.txt").write_text("six==1.17.0\n")
    copy.run("make wheelhouse")
    assert [one.suffix for one in (copy.folder / "wheelhouse").iterdir()] == [".whl"]
    copy.run("make install WHEELHOUSE=wheelhouse", PIP_INDEX_URL="http://127.0.0.1:9/nothing", PIP_EXTRA_INDEX_URL="")
    assert "1.17.0" in copy.run(".venv/bin/python -c 'import six; print(six.__version__)'")


def test_an_office_without_internet_installs_from_a_folder_of_wheels(tmp_path):
    offline(Copy(tmp_path))


def prints(*wanted: str) -> Callable[[Copy, str], None]:
    def check(office: Copy, command: str) -> None:
        said = office.run(command)
        assert [one for one in wanted if one not in said] == [], said[:2000]

    return check


def only_known_to_make(office: Copy, command: str) -> None:
    """For what runs elsewhere in this suite, or is this suite: the target is there."""
    assert office.run(f"{command} --dry-run")


HERE = {
    "make install": "Makefile: this suite runs in what it made",
    "make run": "test_make_run_on_a_fresh_copy_makes_a_demo_and_a_second_one_keeps_the_data",
    "make wheelhouse": "test_an_office_without_internet_installs_from_a_folder_of_wheels",
    "make install WHEELHOUSE=wheelhouse": "test_an_office_without_internet_installs_from_a_folder_of_wheels",
}
"""Commands with a test of their own."""

CHECKS: dict[str, Callable[[Copy, str], None]] = {
    "make test": only_known_to_make,
    "make test-real": only_known_to_make,
    "make bench": only_known_to_make,
    "make pictures": only_known_to_make,
}
"""How each other command is carried out, and what it must say."""


@pytest.mark.parametrize("command", [one for one in commands() if one not in HERE] if README.exists() else [])
def test_the_command(command, office):
    assert command in CHECKS, f"the README says `{command}`; put it into CHECKS with what it must print"
    CHECKS[command](office, command)


def test_every_checked_command_stands_in_the_readme():
    assert set(CHECKS) | set(HERE) <= set(commands())


def test_every_picture_and_file_the_readme_points_to_is_there():
    assert [name for name in LINK.findall(README.read_text(encoding="utf-8")) if not (ROOT / name).exists()] == []


def test_every_setting_in_the_readme_is_read_by_the_program_and_the_other_way_round():
    told = set(re.findall(r"`(DESK_[A-Z_]+)", README.read_text(encoding="utf-8")))
    files = [path for room in ("core", "db", "pages", "tests") for path in (ROOT / room).rglob("*.py")] + [ROOT / "app.py", ROOT / "Makefile"]
    known = {name for path in files for name in re.findall(r"\bDESK_[A-Z_]+[A-Z]\b", path.read_text(encoding="utf-8"))}
    assert told == known
