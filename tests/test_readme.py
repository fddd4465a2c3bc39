"""The README tells the truth: each command in it is one that a test here carries out, in a copy of the repo."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import httpx
import pytest

from tests.bench.__main__ import main as bench
from tests.conftest import printed
from tests.desk import PASSWORD, ROOT, free_port, settle, wait_for
from tests.ledgers import nasty_residents, workbook
from tests.loaded import Loaded

README = ROOT / "README.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def commands() -> list[str]:
    """Every command line of the README's sh blocks."""
    lines = [line for block in BLOCK.findall(README.read_text(encoding="utf-8")) for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in lines if line.strip() and not line.startswith("#")]


NOTICE = """year: 2027
source: an invented notice
source_en: an invented notice
off:
  - {from: 2027-01-01, to: 2027-01-03, name: {zh: 元旦, en: New Year's Day}}
work: []
"""


class Copy:
    """A copy of the repo as a fresh clone would be; `env` is what its commands see, `loaded` what serves at once what isn't started by hand."""

    loaded: Loaded | None = None

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

    def type_in(self, command: str) -> str:
        """What a line that begins with PY and db prints, within this process, on a database that no other process opens: one of its own takes
        most of a second. Some lines below have one."""
        with chdir(self.folder):
            return printed(f"sqlite:///{self.folder}/typed.db", *shlex.split(command.removeprefix(f"{PY} db ")))

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
def office(loaded, tmp_path_factory, demo_template) -> Copy:
    """A copy with our environment and the demo community in var/, as after the first `make run`."""
    one = Copy(tmp_path_factory.mktemp("office"))
    one.loaded = loaded
    (one.folder / ".venv").symlink_to(ROOT / ".venv")
    (one.folder / "var/keys").mkdir(parents=True)
    for place in ("var/desk.db", "typed.db"):
        shutil.copy(demo_template, one.folder / place)
    shutil.copy(os.environ["DESK_KEY_FILE"], one.folder / "var/keys/desk.key")
    one.env["DESK_NOW"] = "2026-11-18T10:00:00+08:00"
    rows, merges = nasty_residents()
    (one.folder / "residents.xlsx").write_bytes(workbook(rows, merges))
    (one.folder / "people.csv").write_text("姓名,出生日期,户籍地址\n吕某某,1950-05-05,无此小区1号楼101\n", encoding="utf-8")
    street = {"type": "Feature", "properties": {"highway": "residential", "name": "和平街"}, "geometry": {"type": "LineString", "coordinates": [[117.66, 36.21], [117.67, 36.21]]}}
    (one.folder / "streets.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [street]}))
    (one.folder / "2027.yaml").write_text(NOTICE)
    return one


def signs_in(address: str, account: str) -> bool:
    with httpx.Client(base_url=address) as client:
        return client.post("/login", data={"account": account, "password": PASSWORD}).status_code == 303


def test_make_run_on_a_fresh_copy_makes_a_demo_and_a_second_one_keeps_the_data(tmp_path):
    fresh = Copy(tmp_path)
    (fresh.folder / ".venv").symlink_to(ROOT / ".venv")
    with fresh.started("make run", DEMO="--grids 1 --months 1") as (address, log):  # of full size: tests/db/test_demo.py
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


def installed_offline(copy: Copy) -> str:
    """The two halves of an installation without a network, with one small wheel instead of all; the version that was installed."""
    (copy.folder / "requirements.txt").write_text("six==1.17.0\n")
    copy.run("make wheelhouse")
    assert [one.suffix for one in (copy.folder / "wheelhouse").iterdir()] == [".whl"]
    copy.run("make install WHEELHOUSE=wheelhouse", PIP_INDEX_URL="http://127.0.0.1:9/nothing", PIP_EXTRA_INDEX_URL="")
    return copy.run(".venv/bin/python -c 'import six; print(six.__version__)'")


def test_an_office_without_internet_installs_from_a_folder_of_wheels(tmp_path):
    assert "1.17.0" in installed_offline(Copy(tmp_path))


def prints(*wanted: str) -> Callable[[Copy, str], None]:
    def check(office: Copy, command: str) -> None:
        said = office.type_in(command)
        assert [one for one in wanted if one not in said] == [], said[:2000]

    return check


def prints_a_head(office: Copy, command: str) -> None:
    office.type_in(f"{PY} db ledger seal")
    assert office.type_in(command).startswith("desk-head-1")


def only_known_to_make(office: Copy, command: str) -> None:
    """For what runs elsewhere in this suite, or is this suite: the target is there."""
    assert office.run(f"{command} --dry-run")


HERE = {
    "make install": "Makefile: this suite runs in what it made",
    "make run": "test_make_run_on_a_fresh_copy_makes_a_demo_and_a_second_one_keeps_the_data",
    ".venv/bin/python -m streamlit run app.py": "the same: it is what make run ends with",
    "make wheelhouse": "test_an_office_without_internet_installs_from_a_folder_of_wheels",
    ".venv/bin/python -m db demo --communities 40": "tests/db/test_demo.py: forty take minutes, two go the same way",
    "make install WHEELHOUSE=wheelhouse": "test_an_office_without_internet_installs_from_a_folder_of_wheels",
    **dict.fromkeys(
        (
            ".venv/bin/python -m db community create 371203001 --name 清溪社区 --street 凤城街道",
            ".venv/bin/python -m db import grids.csv --community 371203001 --as chief --yes",
            ".venv/bin/python -m db import buildings.csv --community 371203001 --as chief --yes",
            ".venv/bin/python -m db import staff.csv --community 371203001 --as chief --yes",
            ".venv/bin/python -m db import residents.csv --community 371203001 --as chief --yes",
            ".venv/bin/python -m db account create zhang --role station_head --name 张站长 --community 371203001 --staff 张站长",
            ".venv/bin/python -m db account create wang --role grid_worker --name 王网格 --community 371203001 --grid G01",
            ".venv/bin/python -m db account link wang --community 371203001 --staff 王网格",
            ".venv/bin/python -m db show queue --as wang",
            ".venv/bin/python -m db absence add 王网格 --community 371203001 --from 2026-12-01 --to 2026-12-05 --reason leave --as zhang",
            ".venv/bin/python -m db absence list --community 371203001 --as zhang",
        ),
        "tests/db/test_first_day.py: on an empty database, one after the other",
    ),
}
"""Commands with a test of their own."""

PY = ".venv/bin/python -m"


def makes_an_account(office: Copy, command: str) -> None:
    """The password is asked for twice."""
    said = office.run(f"printf '%s\\n%s\\n' long-enough-1 long-enough-1 | {command}")
    assert "created" in said


def backs_up(office: Copy, command: str) -> None:
    (office.folder / "backup/desk.db").unlink(missing_ok=True)
    assert "checked" in office.run(command)


def restores(office: Copy, command: str) -> None:
    """The backup of the line above, put back under the desk; the people in it can be read again."""
    if not (office.folder / "backup/desk.db").exists():
        office.run(f"{PY} db backup backup/desk.db")
    for leftover in office.folder.glob("var/desk.db-*"):
        leftover.unlink()
    office.run(command)
    assert "worker1" in office.run(f"{PY} db account list")


def measures_one_view(office: Copy, command: str) -> None:
    """The whole bench takes minutes; one view once, without judging its figure on a busy machine."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as said:
        patch.setattr(sys, "argv", ["bench", "--times", "1", "--of", f"{office.folder}/var/desk.db", "rulebook"])
        bench(by=office.loaded)
    assert re.search(r"rulebook +committee_member +[\d.]+", said.getvalue()), said.getvalue()


CHECKS: dict[str, Callable[[Copy, str], None]] = {
    "make test": only_known_to_make,
    "make test-real": only_known_to_make,
    "make bench": measures_one_view,
    "make pictures": only_known_to_make,
    f"{PY} db import residents.xlsx --community demo-01 --as head --marked marked.xlsx --yes": prints("新增 5", "拒收 6"),
    f"{PY} db reconcile people.csv --source police --community demo-01 --as head --yes": prints("一致 0", "名单有、台账没有 1"),
    f"{PY} db import-map streets.geojson --community demo-01": prints(),
    f"{PY} db export grids --community demo-01 --as head --out grids.xlsx": prints("grids.xlsx"),
    f"{PY} db migrate": prints("schema is current"),
    f"{PY} db account create chief --role administrator --name 管理员": makes_an_account,
    f"{PY} db sweep": prints("communities changed"),
    f"{PY} db deliver": prints("no channel is configured"),
    f"{PY} db account email head head@example.org": prints("written by e-mail"),
    f"{PY} db ledger seal": prints(),
    f"{PY} db ledger head": prints_a_head,
    f"{PY} db ledger verify": prints("demo-01"),
    f"{PY} db backup backup/desk.db": backs_up,
    "cp backup/desk.db var/desk.db": restores,
    f"{PY} db show overview --as head": prints(),
    f"{PY} db show queue --as worker1 --json": prints('"'),
    f"{PY} db show checklist --as committee --quarter 2026-Q3 --json": prints("grid.patrol"),
    f"{PY} db due matter.first_review 2026-09-26T10:00": prints("not counted", "final"),
    f"{PY} db calendar list": prints("2026"),
    f"{PY} db calendar load 2027.yaml": prints("2027"),
    f"{PY} db account list": prints("worker1", "grid_worker"),
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
