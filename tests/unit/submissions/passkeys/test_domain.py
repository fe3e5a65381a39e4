"""Where passkeys work, and that rubbish is refused as a wrong key is, never as a fault of ours."""

import json

import pytest

from services.submissions.passkeys import domain
from services.submissions.passkeys.domain import PasskeyRefused, Site


@pytest.mark.parametrize(
    ("url", "rp_id"),
    [
        ("https://sangkien.hanoi.example", "sangkien.hanoi.example"),
        ("https://sangkien.example:8443", "sangkien.example"),
        ("http://localhost:8080", "localhost"),
    ],
)
def test_a_site_with_a_name_and_https_or_on_this_machine_may_have_passkeys(url, rp_id):
    site = Site.of(url)
    assert site is not None
    assert (site.rp_id, site.origin) == (rp_id, url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "https://10.0.0.7", "https://[::1]:8443", "http://sangkien.example", ""]
)
def test_an_address_of_numbers_or_without_https_has_none(url):
    assert Site.of(url) is None


@pytest.mark.parametrize(
    "rubbish",
    [
        "", "{", "[]", "null", "1", '"x"', "{}", '{"id": 1, "response": null}', '{"id": "a", "response": {}}',
        json.dumps({"id": "a", "response": {"clientDataJSON": "%%%"}}),
        json.dumps({"id": "a", "response": {"clientDataJSON": "e30"}}),
        json.dumps({"id": "a", "response": {"clientDataJSON": 5}}),
        json.dumps({"id": "a", "response": {"clientDataJSON": "_w"}}),
    ],
)  # fmt: skip
def test_what_no_browser_sends_is_refused(rubbish):
    with pytest.raises(PasskeyRefused):
        domain.challenge_of(rubbish)
