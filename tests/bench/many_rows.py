"""`python -m tests.bench.many_rows [--rows N] [csv|xlsx] [sqlite] [postgres]`: a ledger of 350,000 residents with one bad cell in a hundred, through `python -m db import`.

Makes the file and takes it in (preview, list of every bad cell, rows, ledger entry) in a process of its own. Prints its wall time, the processor time
and the most memory of it and its helpers together, and how many bad cells it listed. Ends with 1 above the MOST, or when
the cells listed are not exactly the cells made bad.
"""

import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import xlsxwriter

from core.imports.headers import column_letter
from core.imports.id_numbers import check_digit
from db.sheets import delimited
from tests import desk, postgres
from tests.bench.__main__ import option
from tests.conftest import NOW, run_db

ROWS, BAD = 350_000, 0.01
GRIDS, BUILDINGS, DOORS = 425, 12, 25
"""Of the community; buildings of a grid, doors of a building."""
MOST_SECONDS, MOST_BYTES = 30.0, 2**30
HEADERS = ("网格", "楼栋", "单元", "房号", "姓名", "性别", "身份证号", "联系电话", "与户主关系", "健康状况")
_SPOILT = {
    "网格": ("第999网格",), "姓名": ("张3", "2026"), "性别": ("男女", "?"), "身份证号": ("37060219500505121", "370602195013051210", "3.70602E+17"), "联系电话": ("1380013", "电话"),
    "楼栋": ("楼" * 70,), "与户主关系": ("长" * 40,), "健康状况": ("病" * 600,),
}  # fmt: skip
"""How a cell is spoilt, by column."""


Cell = tuple[int, str]
"""Row at the sheet's edge, and the column's letter."""


def rows(count: int, spoilt: set[Cell]) -> Iterator[list[str]]:
    """The ledger's rows, door by door; the cells made bad go to `spoilt`."""
    chance, columns = random.Random("rows"), [n for n, name in enumerate(HEADERS) if name in _SPOILT]
    for n in range(count):
        home = n * GRIDS * BUILDINGS * DOORS // count
        building, door = divmod(home, DOORS)
        row = [f"{building // BUILDINGS:03d}", f"{building + 1}号楼", str(door % 3 + 1), str(101 + door), _name(chance), "", _id_number(n, chance), f"139{n:08d}", chance.choice(("户主", "配偶", "子", "女")), ""]
        row[5] = "男" if int(row[6][16]) % 2 else "女"
        row[9] = chance.choice(("", "", "高血压", "良好"))
        if chance.random() < BAD * len(HEADERS):
            column = chance.choice(columns)
            row[column] = chance.choice(_SPOILT[HEADERS[column]])
            spoilt.add((n + 2, column_letter(column)))
        yield row


def _name(chance: random.Random) -> str:
    return chance.choice("王李张刘陈杨赵黄周吴") + chance.choice("秀淑建国桂玉志文") + chance.choice("英珍华兰明荣芳平")


def _id_number(n: int, chance: random.Random) -> str:
    first = f"{370602 + n // 1000:06d}{chance.randrange(1950, 2025)}{chance.randrange(1, 13):02d}{chance.randrange(1, 29):02d}{n % 1000:03d}"
    return first + check_digit(first)


def make_file(path: Path, count: int) -> set[Cell]:
    """The ledger at `path`; the cells that are bad in it."""
    spoilt: set[Cell] = set()
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([HEADERS, *rows(count, spoilt)])
        return spoilt
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("居民")
        for number, row in enumerate([list(HEADERS), *rows(count, spoilt)]):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return spoilt


def prepare(url: str, folder: Path) -> None:
    """A community with its grids, and an account that may take ledgers in."""
    run_db(url, "migrate")
    run_db(url, "demo", "--grids", "1", "--months", "1")
    (folder / "grids.csv").write_bytes(delimited(("网格编号", "网格名称"), ((f"{n:03d}", f"第{n}网格") for n in range(GRIDS))))
    run_db(url, "import", str(folder / "grids.csv"), "--community", "demo-01", "--as", "head", "--yes")


def take_in(url: str, path: Path) -> tuple[float, float, int, list[str]]:
    """Seconds of wall and processor, most bytes of all its processes together, and the lines it said."""
    begun = time.perf_counter()
    environment = os.environ | {"DESK_DATABASE_URL": url, "DESK_NOW": NOW.isoformat()}
    command = [sys.executable, "-m", "db", "import", str(path), "--community", "demo-01", "--as", "head", "--yes"]
    with (path.parent / "said.txt").open("w+") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.STDOUT, cwd=desk.ROOT)
        together, (status, used) = _watched(process.pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - begun
        said.seek(0)
        lines = said.read().splitlines()
    assert process.returncode == 0, "\n".join(lines[-20:])
    return took, used.ru_utime + used.ru_stime, max(together, used.ru_maxrss * 1024), lines


def _watched(pid: int) -> tuple[int, tuple]:
    """The most bytes the process and its helpers held together, until it ended; how it ended, and what it and the helpers used."""
    root, most = psutil.Process(pid), 0
    while True:
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            return most, (status, used)
        with suppress(psutil.Error):
            most = max(most, sum(one.memory_info().rss for one in (root, *root.children(recursive=True))))
        time.sleep(0.1)


def listed(lines: list[str]) -> set[Cell]:
    """The bad cells and remarks of what the import said."""
    parts = (line.split("\t") for line in lines)
    return {(int(part[1]), part[2].split(" ")[0]) for part in parts if len(part) == 5 and part[1].isdigit()}


def measure(name: str, url: str, path: Path, bad: set[Cell]) -> bool:
    """Prints the figures of one engine; whether they are within the MOST, with every bad cell listed and no other."""
    prepare(url, path.parent)
    took, own, most, lines = take_in(url, path)
    told = listed(lines)
    fine = took <= MOST_SECONDS and most < MOST_BYTES and told == bad
    print(f"{name:<10}{path.suffix:<6}{took:>7.1f} s{own:>7.1f} s own{most / 2**20:>7.0f} MB  {len(told & bad)} of {len(bad)} bad cells listed, {len(told - bad)} others{'' if fine else '  above'}  {lines[-1]}", flush=True)
    return fine


def main() -> int:
    """The whole bench; 0 when all is quick and small enough."""
    kinds = [one for one in ("csv", "xlsx") if one in sys.argv[1:]] or ["csv", "xlsx"]
    wanted = [one for one in ("sqlite", "postgres") if one in sys.argv[1:]] or ["sqlite", "postgres"]
    fine = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        desk.own_key(folder / "desk.key")
        for kind in kinds:
            path = folder / f"residents.{kind}"
            bad = make_file(path, option("--rows", ROWS))
            print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB", flush=True)
            if "sqlite" in wanted:
                fine &= measure("sqlite", f"sqlite:///{folder}/{kind}.db", path, bad)
            if "postgres" in wanted:
                with postgres.server() as server:
                    fine &= measure("postgres", desk.url_text(postgres.create_database(server.url, "many_rows")), path, bad)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
