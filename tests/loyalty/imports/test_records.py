"""Finding the lines of a file in pieces of it, within bounds whatever the file holds."""

import random
import tracemalloc

import pytest

from loyalty.imports.records import MAX_RECORD_BYTES, Record, read_records
from loyalty.store.imports import FilePlace


def all_records(content: bytes, *, quoted: bool = True, piece: int = 7, page: int = 3, most: int = 40) -> list[Record]:
    """The records of a file that is read in pieces, page after page."""
    found: list[Record] = []
    place = FilePlace()
    for _ in range(10_000):
        read = read_records(lambda at: content[at : at + piece], place, quoted=quoted, max_records=page, max_bytes=most)
        found += read.records
        place = read.place
        if read.is_end:
            assert place.offset == len(content)
            return found
    raise AssertionError("the file does not end")


@pytest.mark.parametrize("piece", [1, 2, 5, 1000])
def test_lines_are_found_with_their_numbers_however_the_file_is_cut(piece: int):
    content = b"a,b\r\n\n1,2\n\n\n3,4"

    found = all_records(content, piece=piece)

    assert found == [Record(1, b"a,b"), Record(3, b"1,2"), Record(6, b"3,4")]


def test_a_line_break_in_quotes_is_part_of_a_row_of_csv_and_ends_a_line_of_json():
    content = b'1,"two\nlines",3\n4,"a ""quoted"" word",5\n'

    assert [each.content for each in all_records(content)] == [b'1,"two\nlines",3', b'4,"a ""quoted"" word",5']
    assert [each.line for each in all_records(content)] == [1, 3]
    assert [each.line for each in all_records(content, quoted=False)] == [1, 2, 3]


def test_a_row_of_separators_alone_is_blank():
    content = b"a;b;c\n;;\r\n ; ;\n,,\n1;;\n;;"

    page = read_records(lambda at: content[at:], FilePlace(), quoted=True, delimiter=";")

    assert page.records == [Record(1, b"a;b;c"), Record(4, b",,"), Record(5, b"1;;")]
    assert page.is_end


@pytest.mark.parametrize("rest", [b"5,6\n7,8\n", b"5,6\n7,8\n" * 20])
def test_a_quote_that_is_not_closed_costs_its_own_line_alone(rest: bytes):
    content = b'1,2\n3,"open\n' + rest

    found = all_records(content)

    assert [each.content for each in found] == [b"1,2", b'3,"open', *rest.split()]


@pytest.mark.parametrize("quoted", [True, False])
def test_a_line_that_is_too_long_is_named_and_the_next_one_is_read(quoted: bool):
    content = b"1\n" + b"x" * 500 + b"\n2\n" + b"y" * 500

    found = all_records(content, quoted=quoted)

    assert [(each.line, each.content, bool(each.problem)) for each in found] == [
        (1, b"1", False),
        (2, b"", True),
        (3, b"2", False),
        (4, b"", True),
    ]
    assert "is a quote not closed" in found[1].problem


def test_a_file_reads_the_same_whatever_the_pieces_and_the_pages_are():
    rng = random.Random(7)
    for _ in range(150):
        content = bytes(rng.choice(b'ab,"\n\r') for _ in range(rng.randrange(120)))
        whole = all_records(content, piece=1000, page=1000)
        assert all_records(content, piece=rng.randrange(1, 9), page=rng.randrange(1, 4)) == whole, content


@pytest.mark.parametrize("line", [b"x", b'"'])
def test_a_hundred_megabytes_in_one_line_are_read_in_bounded_memory(line: bytes):
    size, piece = 100 * 1024 * 1024, line * (256 * 1024)
    place, pages, records = FilePlace(), 0, []
    tracemalloc.start()

    while True:
        page = read_records(lambda at: piece if at < size else b"", place, quoted=True)
        pages, place, records = pages + 1, page.place, records + page.records
        if page.is_end:
            break

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [each.line for each in records] == [1]
    assert place.offset == size
    assert (peak < 5 * 1024 * 1024, pages > 10, MAX_RECORD_BYTES) == (True, True, 64 * 1024)
