"""From bytes to characters."""

from __future__ import annotations

import gzip

import pytest

from automl.data.cells.characters import UnreadableCells, decode

TEXT = "größe,n\n5,6\n7,8\n"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_encodings(encoding: str, told: str) -> None:
    found = decode(TEXT.encode(encoding))
    assert found.text == TEXT
    assert told in found.note
    assert bool(told) == bool(found.note)


def test_an_encoding_that_is_named() -> None:
    assert decode(TEXT.encode("cp437"), "cp437").text == TEXT


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"a,b\n1,\0\n", "line 2: a zero byte"),
        ("é,ü\nö,ä\n".encode() + b"\xe9,1\n", "line 3: not UTF-8 text"),
        (b"a\n\x81\n", "line 2: not UTF-8 text"),
        (gzip.compress(b"a,b\n", mtime=0), "gzip"),
        (b"PK\x03\x04....", "zip archive"),
        (b"PK\x03\x04....xl/workbook.xml", "xlsx"),
        (b"%PDF-1.4\n", "PDF"),
        (b"<!DOCTYPE html>\n<html>", "web page"),
        (b"\n <!-- saved --> <html lang='en'>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    ],
)
def test_what_is_no_text_is_called_what_it_is(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableCells, match=message):
        decode(content)


def test_an_encoding_that_there_is_not() -> None:
    with pytest.raises(UnreadableCells, match="--encoding 'klingon' is no encoding"):
        decode(b"a", "klingon")
    with pytest.raises(UnreadableCells, match="line 2: not ascii text"):
        decode(b"a\n\xff", "ascii")
