"""Tokens, roles and the gate, without a network."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from shared.clock import now
from shared.errors import Forbidden, SignInNeeded
from shared.identity import (
    TOKEN_COOKIE,
    TOKEN_LIFETIME,
    Person,
    Role,
    TokenExpired,
    form_token,
    from_cookies,
    in_cookies,
    issue,
    read,
)
from shared.ids import new_id

KEY = Ed25519PrivateKey.generate()
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
CHAIR = Person("p1", "Nguyễn Thị Mẫu", frozenset({("chair", "c1"), ("entrant", "*")}), "s1")


def test_a_token_gives_back_the_person_it_was_issued_for() -> None:
    at = now()
    person, issued = read(issue(CHAIR, PRIVATE, at=at), PUBLIC)
    assert person == CHAIR
    assert abs(issued - at) < timedelta(milliseconds=2)


@pytest.mark.parametrize("contests", [1, 60, 300])
def test_a_token_fits_into_cookies_that_a_browser_keeps_however_many_contests_its_person_serves(contests: int) -> None:
    secretary = Person("p2", "Trần Thị Mẫu", frozenset(("secretary", new_id()) for _ in range(contests)), "s2")
    token = issue(secretary, PRIVATE, at=now())
    cookies = in_cookies(token)
    assert all(len(name) + len(value) < 4000 for name, value in cookies.items())
    assert (len(cookies) > 1) == (len(token) > 4000)
    assert read(from_cookies(cookies), PUBLIC)[0] == secretary


def test_a_part_left_of_a_longer_token_is_not_read_and_a_missing_one_is_nobody() -> None:
    short = in_cookies(issue(CHAIR, PRIVATE, at=now()))
    assert read(from_cookies({f"{TOKEN_COOKIE}1": "left over", **short}), PUBLIC)[0] == CHAIR
    with pytest.raises(SignInNeeded):
        read(from_cookies({TOKEN_COOKIE: f"2~{short[TOKEN_COOKIE]}x"}), PUBLIC)
    assert from_cookies({}) == ""


def test_an_old_token_is_expired_and_a_forged_one_is_nobody() -> None:
    with pytest.raises(TokenExpired):
        read(issue(CHAIR, PRIVATE, at=now() - timedelta(hours=1)), PUBLIC)
    other = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(SignInNeeded):
        read(issue(CHAIR, other, at=now()), PUBLIC)
    with pytest.raises(SignInNeeded):
        read("not a token", PUBLIC)


def test_a_token_that_was_read_before_still_comes_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    token = issue(CHAIR, PRIVATE, at=now())
    assert read(token, PUBLIC)[0] == CHAIR
    monkeypatch.setattr("shared.identity.now", lambda: now() + TOKEN_LIFETIME)
    with pytest.raises(TokenExpired):
        read(token, PUBLIC)


def test_a_changed_token_is_refused() -> None:
    head, body, signature = issue(CHAIR, PRIVATE, at=now()).split(".")
    flipped = body[:-2] + ("A" if body[-2] != "A" else "B") + body[-1]
    with pytest.raises(SignInNeeded):
        read(f"{head}.{flipped}.{signature}", PUBLIC)


def test_a_role_holds_within_its_scope_only() -> None:
    assert CHAIR.may(Role.CHAIR)
    assert CHAIR.may(Role.CHAIR, "c1")
    assert not CHAIR.may(Role.CHAIR, "c2")
    assert CHAIR.may(Role.ENTRANT, "c2")
    assert not CHAIR.may(Role.JUDGE)
    with pytest.raises(Forbidden):
        CHAIR.require(Role.CHAIR, Role.ORGANISER, scope="c2")
    CHAIR.require(Role.ORGANISER, Role.CHAIR, scope="c1")


def test_form_tokens_belong_to_a_visitor_and_to_our_secret() -> None:
    assert form_token("v1", "k") == form_token("v1", "k")
    assert len({form_token("v1", "k"), form_token("v2", "k"), form_token("v1", "l")}) == 3
