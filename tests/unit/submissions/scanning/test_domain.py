"""What a daemon's answer means, and when it is asked again."""

from datetime import UTC, datetime, timedelta

import pytest

from services.submissions.scanning.domain import (
    Address,
    Scan,
    ScannerAway,
    State,
    TooLargeToScan,
    address_of,
    framed,
    signature_in,
)

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "found"),
    [(b"stream: OK\0", ""), (b"stream: OK\n", ""), (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", "Win.Test.EICAR_HDB-1")],
)
def test_an_answer_names_what_was_found(answer: bytes, found: str) -> None:
    assert signature_in(answer) == found


@pytest.mark.parametrize(
    "answer", [b"", b"stream: ", b"OK", b"stream: Can't allocate memory ERROR\0", b"\xff\xfe", b"stream: OKAY"]
)
def test_an_answer_that_says_nothing_of_the_file_is_not_a_clean_file(answer: bytes) -> None:
    with pytest.raises(ScannerAway):
        signature_in(answer)


def test_a_file_over_the_daemons_limit_is_told_apart() -> None:
    with pytest.raises(TooLargeToScan):
        signature_in(b"INSTREAM size limit exceeded. ERROR\0")


def test_it_is_asked_again_later_and_later_but_at_least_every_half_hour() -> None:
    scan, pauses = Scan(id="f", blobs=["f"]), []
    for _ in range(15):
        scan = scan.put_off(AT)
        assert scan.next_at is not None
        assert scan.state is State.UNCHECKED
        pauses.append(scan.next_at - AT)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=10), timedelta(minutes=30))


def test_pieces_go_with_their_length_and_none_ends_them() -> None:
    assert framed(b"abc") == b"\0\0\0\x03abc"
    assert framed(b"") == b"\0\0\0\0"


def test_addresses_are_tcp_or_a_path() -> None:
    assert address_of("none") is None
    assert address_of("tcp://clamav:3310") == Address(host="clamav", port=3310)
    assert address_of("unix:/run/clamav/clamd.ctl") == Address(path="/run/clamav/clamd.ctl")
    for wrong in ("clamav:3310", "http://clamav:3310", "tcp://clamav", "unix:"):
        with pytest.raises(ValueError, match="clamd"):
            address_of(wrong)
