"""The PIN of a receipt: made from the secret of the site, not from anything that a visitor knows."""

from services.submissions.status_codes import domain
from shared.ids import new_id


def test_a_pin_has_six_digits_and_belongs_to_one_entry_and_one_site():
    ids = [new_id() for _ in range(500)]
    pins = [domain.pin(one, "secret") for one in ids]
    assert all(len(pin) == 6 and pin.isdigit() for pin in pins)
    assert len(set(pins)) > 450
    assert sum(domain.pin(one, "another") == pin for one, pin in zip(ids, pins, strict=True)) < 3
    assert pins == [domain.pin(one, "secret") for one in ids]


def test_only_the_pin_of_the_entry_fits_and_none_fits_no_entry():
    one, other = "entry-1", "entry-2"
    pin = domain.pin(one, "k")
    assert domain.fits(pin, one, "k")
    assert domain.fits(f" {pin[:3]} {pin[3:]} ", one, "k")
    assert not domain.fits(pin, other, "k")
    assert not domain.fits(domain.pin("", "k"), None, "k")
    assert not domain.fits("", one, "k")
    assert not domain.fits("không phải số", one, "k")
