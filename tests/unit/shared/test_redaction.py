"""Names and addresses taken out of text: every way people write them, and nothing else."""

import json
import logging
import unicodedata

import pytest
from pydantic import BaseModel, ValidationError

from shared import logs
from shared.redaction import ERASED, hide, hide_contacts, spellings

WORDS = spellings("Nguyễn Thị Ánh Tuyết", "tuyet@thu.example", "+84912345678")


@pytest.mark.parametrize(
    "written",
    [
        "Nguyễn Thị Ánh Tuyết",
        "NGUYỄN THỊ ÁNH TUYẾT",
        "Nguyễn Thị\n  Ánh Tuyết",
        unicodedata.normalize("NFD", "Nguyễn Thị Ánh Tuyết"),
        "tuyet@thu.example",
        "Tuyet@Thu.Example",
        "+84912345678",
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "091-234-5678",
    ],
)
def test_however_it_is_written_it_goes(written):
    assert hide(f"Liên hệ {written}, xin cảm ơn.", WORDS) == f"Liên hệ {ERASED}, xin cảm ơn."


@pytest.mark.parametrize(
    "text",
    [
        "Ánh Tuyết rơi trên phố",
        "Nguyễn Thị Ánh Tuyết Mai",
        "số 09123456789",
        "khac-tuyet@thu.example.vn",
        "",
        "Kế hoạch 34/KH-UBND ngày 05/3/2019",
    ],
)
def test_what_is_not_theirs_stays(text):
    expected = text.replace("Nguyễn Thị Ánh Tuyết", ERASED) if text.endswith("Mai") else text
    if text.startswith("khac"):
        assert "khac-" in hide(text, WORDS)
    else:
        assert hide(text, WORDS) == expected


def test_a_name_of_one_word_is_an_ordinary_word_and_stays():
    assert spellings("Hòa", "", "") == []
    assert hide("Hòa bình", spellings("Hòa")) == "Hòa bình"


def test_addresses_and_numbers_of_anybody_go_from_a_line_of_the_log():
    line = '{"error": "E11000 dup key: { email: \\"a.b@thu.example\\" } 0912 345 678 +84912345678", "seq": 1234567890}'
    assert hide_contacts(line) == '{"error": "E11000 dup key: { email: \\"***\\" } *** ***", "seq": 1234567890}'


def test_what_was_typed_and_refused_is_not_repeated():
    class Form(BaseModel):
        age: int

    with pytest.raises(ValidationError) as refused:
        Form(age="Nguyễn Thị Ánh\nTuyết")
    assert "Ánh" in str(refused.value)
    assert "Ánh" not in hide_contacts(str(refused.value))


@pytest.mark.parametrize(
    "text",
    [
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "2026-11-21T06:45:26.712865Z",
        "01987654-3210-7abc-8def-0123456789ab",
    ],
)
def test_ids_and_instants_stay(text):
    assert hide_contacts(text) == text


def test_whatever_an_error_brings_along_no_address_is_written(capsys):
    logs.configure("test")
    error = ValueError("nobody@thu.example was refused")
    logs.get("test").warning("test.failed", error=repr(error), exc_info=error, phones=["0912345678"])
    logging.getLogger("another").warning("550 nobody@thu.example")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "thu.example" not in "".join(lines)
    assert "0912345678" not in "".join(lines)
    assert json.loads(lines[0])["error"] == "ValueError('*** was refused')"
