"""Invitations without storage: shares, who is asked anew, answers that count."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from services.submissions.authors.domain import Authored, InvitationOpen, OwnerOnly, SharesOff
from services.submissions.coauthors import domain
from services.submissions.coauthors.domain import Invitation, InvitationOver, ShareChanged, State, Wanted
from services.submissions.team_drafts.domain import Row
from shared.errors import Invalid

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
CLOSES = NOON + timedelta(days=60)


def an_invitation(**changes: object) -> Invitation:
    """Sent at NOON."""
    typed = {"id": "i", "entry_id": "e", "name": "Lan", "address": "lan@thu.example", "share": "40", "digest": "d"}
    times = {"sent_at": NOON, "expires_at": NOON + domain.LIFETIME}
    return Invitation.model_validate({**typed, **times, **changes})


def a_wanted(**changes: object) -> Wanted:
    typed = {"id": "i", "name": "Lan", "address": "lan@thu.example", "share": "40"}
    return Wanted.model_validate({**typed, **changes})


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        ("40", "40"),
        ("33,5", "33.5"),
        ("33.5", "33.5"),
        ("50 %", "50"),
        ("33,55", None),
        ("0", None),
        ("100", None),
        ("", None),
        ("x", None),
    ],
)
def test_a_share_is_whole_or_has_one_decimal(typed: str, share: str | None) -> None:
    assert domain.share_of(typed) == (None if share is None else Decimal(share))


def test_thirds_with_one_decimal_add_to_exactly_a_hundred() -> None:
    entry = Authored(owner_id="a", author_ids=["a"])
    entry.name_authors({"a": Decimal("33.4"), "b": Decimal("33.3"), "c": Decimal("33.3")}, 0)
    entry.check_authors()
    assert entry.author_ids == ["a", "b", "c"]


def test_handing_in_waits_for_answers_and_for_a_whole() -> None:
    entry = Authored(owner_id="a", author_ids=["a"])
    entry.check_authors()
    entry.name_authors({"a": Decimal(60)}, 1)
    with pytest.raises(InvitationOpen, match="1 lời mời"):
        entry.check_authors()
    entry.name_authors({"a": Decimal(60), "b": Decimal("39.9")}, 0)
    with pytest.raises(SharesOff, match="99,9%"):
        entry.check_authors()


def test_who_is_taken_out_speaks_for_nobody() -> None:
    entry = Authored(owner_id="a", author_ids=["a"], representative_id="b")
    entry.name_authors({"a": Decimal(60), "b": Decimal(40)}, 0)
    assert entry.representative == "b"
    entry.name_authors({"a": Decimal(100)}, 0)
    assert (entry.representative, entry.representative_id, entry.shares) == ("a", "", {})


def test_only_the_owner_is_the_owner() -> None:
    with pytest.raises(OwnerOnly):
        Authored(owner_id="a", author_ids=["a", "b"]).check_owner("b")


def test_another_share_asks_whoever_agreed_and_nobody_else() -> None:
    agreed = an_invitation(state="agreed", person_id="p")
    assert domain.must_ask(agreed, a_wanted(share="30"))
    assert not domain.must_ask(agreed, a_wanted())
    assert not domain.must_ask(an_invitation(), a_wanted(share="30"))  # the page of the letter shows the new one
    assert domain.must_ask(an_invitation(), a_wanted(address="mai@thu.example"))


def test_nobody_agrees_to_a_share_they_did_not_see() -> None:
    invitation = an_invitation(share="30")
    with pytest.raises(ShareChanged):
        invitation.agree("p", Decimal(40), NOON)
    invitation.agree("p", Decimal(30), NOON)
    assert (invitation.state, invitation.person_id) == (State.AGREED, "p")
    with pytest.raises(InvitationOver):
        invitation.decline("q", "không", NOON)


def test_an_invitation_lapses_at_its_instant() -> None:
    invitation = an_invitation()
    last = invitation.expires_at - timedelta(milliseconds=1)
    assert (invitation.state_at(last), invitation.state_at(invitation.expires_at)) == (State.INVITED, State.LAPSED)
    with pytest.raises(InvitationOver):
        invitation.agree("p", Decimal(40), invitation.expires_at)


def test_a_letter_is_good_for_two_weeks_or_until_the_contest_closes_but_for_a_day_at_least() -> None:
    invitation = an_invitation()
    for closes, days in ((CLOSES, 14), (NOON + timedelta(days=3), 3), (NOON + timedelta(hours=1), 1)):
        invitation.send("secret", NOON, closes)
        assert invitation.expires_at == NOON + timedelta(days=days)
    assert invitation.digest == domain.kept_as("secret") != "secret"


def test_every_fault_of_the_rows_is_named_at_its_field() -> None:
    rows = [
        Row(name="Lan", address="lan@thu.example", share="40"),
        Row(name="Mai", address="LAN@thu.example", share="20"),
        Row(name="", address="không phải địa chỉ", share="200"),
        Row(name="Tôi", address="toi@thu.example", share="10"),
    ]
    with pytest.raises(Invalid) as refused:
        domain.understood(rows, [], {"toi@thu.example"}, most=3)
    fields = [one["field"] for one in refused.value.errors]
    assert fields == [
        "members.1.address", "members.2.share", "members.2.address", "members.2.name", "members.3.address", "members.3.name",
    ]  # fmt: skip


def test_a_phone_number_is_an_address_too() -> None:
    assert domain.address_of("0912 345 678") == "+84912345678"
    assert domain.address_of("Lan@Thu.Example") == "lan@thu.example"


def test_who_agreed_keeps_name_and_address_whatever_the_form_says() -> None:
    agreed = an_invitation(state="agreed", person_id="p")
    row = Row(id="i", name="Kẻ khác", address="khac@thu.example", share="40")
    [wanted] = domain.understood([row], [agreed], set(), most=4)
    assert (wanted.name, wanted.address) == ("Lan", "lan@thu.example")


def test_what_is_left_of_an_erased_co_author_is_a_share() -> None:
    left = an_invitation(state="agreed", person_id="p").forgotten()
    assert "lan" not in left.model_dump_json().casefold()
    assert (left.share, left.person_id) == (Decimal(40), "p")
