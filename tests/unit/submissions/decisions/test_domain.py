"""What may be asked for and for what an entry may be refused, by the rules of its contest; until when to mend."""

from datetime import UTC, datetime, timedelta

import pytest

from services.submissions.decisions import domain
from services.submissions.rules.domain import FormRules
from services.submissions.states.domain import Returned, Rule, State
from shared.clock import local
from shared.errors import Invalid
from tests.unit.submissions.entries.test_domain import a_contest, an_entry


def test_without_a_date_an_entry_may_be_mended_until_the_end_of_the_third_day() -> None:
    late_evening = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # 23:30 in Hanoi
    assert local(domain.usual_until(late_evening)).isoformat() == "2026-03-05T17:00:00+07:00"


def test_the_checklist_is_the_contests_own_and_an_unknown_requirement_is_refused() -> None:
    contest = a_contest()
    part = contest.parts[0]
    assert domain.missing(contest, ["language", f"parts.{part.id}"]) == [part.title, "Viết bằng tiếng Việt có dấu"]
    with pytest.raises(Invalid):
        domain.missing(contest, ["parts.of-another-contest"])


def test_a_contest_without_files_neither_asks_for_them_nor_refuses_for_them() -> None:
    contest = a_contest().model_copy(update={"form_rules": FormRules(max_files=0)})
    assert "files" not in domain.requirements(contest)
    with pytest.raises(Invalid):
        domain.check_rule(contest, State.SUBMITTED, Rule.FILES_UNREADABLE)


def test_a_supplement_can_be_missing_only_when_one_was_asked_for() -> None:
    contest = a_contest()
    with pytest.raises(Invalid):
        domain.check_rule(contest, State.SUBMITTED, Rule.SUPPLEMENT_MISSING)
    domain.check_rule(contest, State.RETURNED, Rule.SUPPLEMENT_MISSING)


def test_the_page_offers_what_the_state_allows_and_nothing_to_somebody_who_only_reads() -> None:
    contest, at = a_contest(), datetime(2026, 3, 2, tzinfo=UTC)
    asked = Returned(reason="Thiếu phần.", until=at, at=at - timedelta(days=3))

    def offered(state: State, *, decides: bool = True, returned: Returned | None = None) -> set[str]:
        entry = an_entry(state=state, returned=returned)
        made = domain.offers(entry, contest, at, decides=decides)._asdict()
        return {name for name, value in made.items() if value is True}

    assert offered(State.SUBMITTED) == {"may_decide", "may_refuse"}
    assert offered(State.RETURNED, returned=asked) == {"may_extend", "may_refuse", "overdue"}
    later = asked.model_copy(update={"until": at + timedelta(seconds=1)})
    assert offered(State.RETURNED, returned=later) == {"may_extend"}
    assert offered(State.REFUSED) == {"may_reopen"}
    assert offered(State.SUBMITTED, decides=False) == offered(State.ACCEPTED) == set()
