"""`python -m db import` and `export`, as a person would type them."""

import re

import pytest

from db.sheets import read_sheet
from tests import ledgers
from tests.conftest import printed, type_in


@pytest.fixture
def ledger(tmp_path):
    rows, merges = ledgers.nasty_residents()
    path = tmp_path / "台账.xlsx"
    path.write_bytes(ledgers.workbook(rows, merges))
    return path


def test_a_file_is_shown_taken_in_and_the_second_time_changes_nothing(demo_db, ledger, tmp_path):
    marked = tmp_path / "marked.xlsx"
    said = printed(demo_db, "import", str(ledger), "--community", "demo-01", "--as", "head", "--marked", str(marked), "--yes")
    assert "居民和特殊群体" in said and "新增 5" in said and "拒收 6" in said
    bad = [line.split("\t") for line in said.splitlines() if line.startswith("拒收\t")]
    assert ["10", "D 公民身份号码", "3.7**************17"] in [line[1:4] for line in bad] and all(len(line) == 5 for line in bad), "row and column are named"
    assert "身份证号被存成了数字" in said and "--marked" in said, "and how to see what stands there"
    assert not re.search(r"\d{11}", said), "no number of anybody gets into a log"
    assert sorted(ledgers.marks_of(marked.read_bytes())) == ["C11", "D10", "D12", "D13", "D14", "D15", "F12"]
    again = printed(demo_db, "import", str(ledger), "--table", "residents", "--community", "demo-01", "--as", "admin", "--yes", "--lang", "en")
    assert "Unchanged 5" in again and "nothing was written" in again

    out = tmp_path / "out.csv"
    assert printed(demo_db, "export", "residents", "--community", "demo-01", "--as", "head", "--format", "csv", "--out", str(out)).startswith(str(out))
    rows = read_sheet(out.read_bytes(), "out.csv").cells
    assert [row for row in rows if row[0] == "买买提·艾力"][0][1].startswith("371****")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--community", "demo-01", "--as", "committee"), "不能做这件事"),
        (("--community", "demo-01", "--as", "nobody"), "no enabled account nobody"),
        (("--community", "elsewhere", "--as", "head"), "no community elsewhere"),
    ],
)
def test_who_may_not_is_told_so_and_nothing_happens(demo_db, ledger, arguments, words):
    done = type_in(demo_db, "import", str(ledger), *arguments, "--yes")
    assert done.exit_code != 0 and words in done.output


def test_a_plain_no_leaves_everything_as_it_is(demo_db, ledger):
    done = type_in(demo_db, "import", str(ledger), "--community", "demo-01", "--as", "head", answer="n\n")
    assert done.exit_code == 0 and "已写入" not in done.stdout
