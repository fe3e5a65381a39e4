"""The demo's data: real Vietnamese, different entries, dated units; and a loader that refuses what contradicts."""

import re
import shutil
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from deploy.demo.load import DATA, Demo, Entry, load
from shared.text import tally

TODAY = date(2026, 11, 20)
LAST_DAY_OF_DISTRICTS = date(2025, 6, 30)


@pytest.fixture(scope="module")
def demo() -> Demo:
    return load()


def shingles(entry: Entry) -> set[tuple[str, ...]]:
    syllables = re.findall(r"[^\W_]+", entry.text.lower())
    return set(zip(syllables, syllables[1:], syllables[2:], strict=False))


def likeness(one: Entry, other: Entry) -> float:
    """Jaccard similarity of three-syllable shingles."""
    first, second = shingles(one), shingles(other)
    return len(first & second) / len(first | second)


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of the data with one text replaced once."""
    copy = folder / "data"
    shutil.copytree(DATA, copy)
    text = (copy / name).read_text(encoding="utf-8")
    assert old in text
    (copy / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


def test_there_are_at_least_sixty_clean_entries(demo: Demo):
    assert len(demo.clean_entries) >= 60


def test_no_entrant_group_and_no_content_group_is_thin(demo: Demo):
    by_entrant = Counter(entry.entrant_group for entry in demo.clean_entries)
    by_content = Counter(entry.content_group for entry in demo.clean_entries)
    assert set(by_entrant) == {group.id for group in demo.contest.entrant_groups}
    assert set(by_content) == {group.id for group in demo.contest.content_groups}
    assert min([*by_entrant.values(), *by_content.values()]) >= 12


def test_clean_entries_carry_their_diacritics(demo: Demo):
    assert [entry.id for entry in demo.clean_entries if tally(entry.text).shares[0] < 0.65] == []


def test_the_stripped_entry_carries_almost_none(demo: Demo):
    stripped = [entry for entry in demo.entries if entry.case == "without_diacritics"]
    assert [tally(entry.text).shares[0] < 0.30 for entry in stripped] == [True]


def test_clean_entries_are_different_from_each_other(demo: Demo):
    alike = [(one.id, other.id) for one, other in combinations(demo.clean_entries, 2) if likeness(one, other) >= 0.25]
    assert alike == []


def test_the_near_duplicate_is_close_to_its_model(demo: Demo):
    by_id = {entry.id: entry for entry in demo.entries}
    copies = [entry for entry in demo.entries if entry.case == "near_duplicate"]
    assert [likeness(entry, by_id[entry.case_of or ""]) > 0.6 for entry in copies] == [True]


def test_no_entry_names_its_author(demo: Demo):
    names = {entrant.id: (entrant.name, entrant.representative) for entrant in demo.entrants}
    assert [
        entry.id for entry in demo.entries if any(name in entry.text for name in names[entry.entrant] if name)
    ] == []


def test_the_old_tone_placement_of_official_texts_is_kept():
    new_style = re.compile(r"\b\w*(?:o[àáảãạèéẻẽẹ]|(?<![qQ])u[ỳýỷỹỵ])\b")
    texts = {path.name: path.read_text(encoding="utf-8") for path in DATA.rglob("*.yaml")}
    assert {name: new_style.findall(text) for name, text in texts.items() if new_style.search(text)} == {}


def test_thirty_districts_end_and_a_hundred_and_twenty_six_units_follow(demo: Demo):
    districts = [unit for unit in demo.units if unit.level == "district"]
    followers = {unit.id for unit in demo.units if unit.level in {"ward", "commune"}}
    assert len(districts) == 30
    assert {unit.valid_to for unit in districts} == {LAST_DAY_OF_DISTRICTS}
    assert len(followers) == 126
    assert {successor for unit in districts for successor in unit.successors} == followers


def test_departments_are_twenty_one_before_and_fifteen_after_march_2025(demo: Demo):
    def departments(day: date) -> int:
        return sum(unit.level == "department" and unit.valid_on(day) for unit in demo.units)

    assert departments(date(2025, 2, 28)) == 21
    assert departments(date(2025, 3, 1)) == 15


def test_entrants_come_from_districts_before_the_change_and_from_communes_after(demo: Demo):
    units = {unit.id: unit for unit in demo.units}
    levels = Counter(
        (units[entrant.unit].level in {"ward", "commune"}, entrant.unit_on > LAST_DAY_OF_DISTRICTS)
        for entrant in demo.entrants
        if units[entrant.unit].level in {"district", "ward", "commune"}
    )
    assert set(levels) == {(False, False), (True, True)}
    assert levels[False, False] >= 5


def test_the_heirs_of_a_district_are_its_wards_today(demo: Demo):
    assert demo.heirs("quan-hoan-kiem", date(2019, 5, 1)) == {"quan-hoan-kiem"}
    assert demo.heirs("quan-hoan-kiem", TODAY) == {"phuong-hoan-kiem", "phuong-cua-nam", "phuong-hong-ha"}


def test_at_least_nine_judges_come_from_different_units(demo: Demo):
    judges = [person.unit for person in demo.staff if any(role.role == "judge" for role in person.roles)]
    assert len(set(judges)) == len(judges) >= 9


def test_some_entrants_share_a_unit_with_a_judge(demo: Demo):
    judged_from = {person.unit for person in demo.staff if any(role.role == "judge" for role in person.roles)}
    assert len([entrant for entrant in demo.entrants if demo.heirs(entrant.unit, TODAY) & judged_from]) >= 2


def test_every_entrant_has_exactly_one_entry(demo: Demo):
    assert sorted(entry.entrant for entry in demo.entries) == sorted(entrant.id for entrant in demo.entrants)


def test_the_calendar_of_2019_lies_in_the_frame_of_the_plan(demo: Demo):
    calendar = demo.contest.timetable.calendar
    assert date(2019, 4, 1) <= calendar.opens_at.date() < calendar.closes_at.date() <= calendar.edit_until.date()
    assert calendar.final_at is not None
    assert date(2019, 10, 1) <= calendar.final_at.date() <= date(2019, 12, 31)


def test_a_demo_loaded_now_is_open_and_closes_in_three_weeks(demo: Demo):
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    times = demo.contest.timetable.demo.starting(now)
    assert times["opens_at"] < now
    assert times["closes_at"] - now == timedelta(days=21)
    assert times["final_at"] > times["edit_until"]


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("contests/ke-hoach-34-2019.yaml", 'max: "15"', 'max: "14"', "add up to 99"),
        ("contests/ke-hoach-34-2019.yaml", "goals: [G2]", "goals: [G9]", "unknown goals"),
        ("contests/ke-hoach-34-2019.yaml", "title_max_words: 40", "title_max_words: 4", "title is too long"),
        ("contests/ke-hoach-34-2019.yaml", "max_words: 300", "max_words: 20", "longer than 20 words"),
        ("contests/ke-hoach-34-2019.yaml", "readers: 2", "reader: 2", "Extra inputs"),
        (
            "people.yaml",
            "unit: quan-dong-da, unit_on: 2019",
            "unit: quan-dong-da, unit_on: 2026",
            "no unit quan-dong-da",
        ),
        ("people.yaml", "unit: phuong-vinh-tuy", "unit: phuong-khong-co", "no unit phuong-khong-co"),
        ("people.yaml", "@sangkien.example", "@dia-chi.vn", "not a demo address"),
        ("people.yaml", "@sangkien.example", "sangkien.example", "valid email"),
        ("people.yaml", "id: luu-thi-hong-nhung", "id: dang-quoc-thai", "appears 2 times"),
        ("people.yaml", "group: E1", "group: E9", "unknown group E9"),
        ("units.yaml", "successors: [so-noi-vu]", "successors: [so-la]", "unknown unit so-la"),
        ("entries/01-ho-tich-va-gia-dinh.yaml", "content_group: C1", "content_group: C7", "unknown content group C7"),
        ("entries/01-ho-tich-va-gia-dinh.yaml", "entrant_group: E1", "entrant_group: E3", "in group E3"),
        ("entries/01-ho-tich-va-gia-dinh.yaml", "id: SK-001", "id: SK-002", "appears 2 times"),
        ("entries/01-ho-tich-va-gia-dinh.yaml", "novelty:", "news:", "parts are"),
    ],
)
def test_data_that_contradict_themselves_are_refused(tmp_path: Path, name: str, old: str, new: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        load(changed(tmp_path, name, old, new))


def test_a_file_in_another_normal_form_is_refused(tmp_path: Path):
    decomposed = unicodedata.normalize("NFD", "Khuất Thị Hòa")
    with pytest.raises(ValueError, match="is not in NFC"):
        load(changed(tmp_path, "people.yaml", "Khuất Thị Hòa", decomposed))
