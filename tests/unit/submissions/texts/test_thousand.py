"""The thousand texts through the gate itself."""

import pytest
from pydantic import ValidationError

from services.submissions.marks import domain as marks
from services.submissions.texts import domain
from services.submissions.texts.domain import Words
from tests.unit.submissions.texts.thousand import Case, cases


def _fault(case: Case) -> str:
    """What the gate does wrongly with a text; empty when it does right."""
    if case.verdict is None:
        with pytest.raises(ValidationError):
            Words(parts={"solution": case.sent})
        if case.kind == "1 MB word" and not marks.read(case.sent).doubtful:
            return "passes"
        return ""
    words = Words(parts={"solution": case.sent})
    kept, found = words.parts["solution"], domain.find(words)
    if found.parts["solution"].verdict is not case.verdict or found.whole.verdict is not case.verdict:
        return f"is called {found.parts['solution']!r}"
    if case.kept is not None and kept != case.kept:
        return "is kept otherwise than meant"
    if case.converted is not None and words.offers()["parts.solution"].text != case.converted:
        return f"is converted to {words.offers()['parts.solution'].text}"
    return ""


def test_a_thousand_texts_neither_break_the_gate_nor_pass_it_wrongly() -> None:
    known = list(cases())
    faults = [f"{case.kind}: {case.sent[:60]!a} {fault}" for case in known if (fault := _fault(case))]
    assert faults == []
    assert len(known) == 1000
