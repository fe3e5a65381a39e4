"""The secret of a receipt's link: made by our key alone, kept as a mark."""

from services.submissions.status_links import domain


def test_the_status_secret_is_the_same_each_time_and_another_for_another_entry_or_site() -> None:
    secret = domain.secret("e", "our secret")
    assert secret == domain.secret("e", "our secret")
    assert len(secret) == 27
    assert len({secret, domain.secret("f", "our secret"), domain.secret("e", "another")}) == 3
    assert secret not in domain.kept_as(secret)
