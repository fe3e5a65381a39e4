"""How much has to speak for two entries being one."""

from typing import Any

import pytest

from services.submissions.sames import domain
from services.submissions.sames.domain import Likeness


@pytest.mark.parametrize(
    ("known", "counts", "why"),
    [
        ({"same_name": True}, False, ["cùng tên người gửi"]),
        ({"title": 70}, False, ["tên sáng kiến giống 70%"]),
        ({"text": 0.4}, False, ["nội dung giống 40%"]),
        ({"same_name": True, "title": 61}, True, ["cùng tên người gửi", "tên sáng kiến giống 61%"]),
        ({"same_name": True, "text": 0.36}, True, ["cùng tên người gửi", "nội dung giống 36%"]),
        ({"title": 60, "text": 0.36}, True, ["tên sáng kiến giống 60%", "nội dung giống 36%"]),
        ({"title": 86}, True, ["tên sáng kiến giống 86%"]),
        ({"text": 0.5}, True, ["nội dung giống 50%"]),
        ({"same_person": True, "same_name": True}, True, ["cùng người gửi"]),
        ({"same_title": True, "title": 100}, True, ["cùng tên sáng kiến"]),
    ],
)
def test_one_weak_hint_is_no_reason_to_look_and_two_are(known: dict[str, Any], why: list[str], *, counts: bool):
    assert (Likeness(**known).counts, Likeness(**known).why) == (counts, why)


def test_a_title_is_near_whatever_its_marks_and_the_order_of_its_words():
    others = {"a": "ra soat ho so truoc quay", "b": "vuon rau san truong", "c": "ho so ra soat truoc mot quay"}
    assert set(domain.near_titles("Rà soát hồ sơ trước quầy", others)) == {"a", "c"}
    assert domain.near_titles("", others) == {}
    assert domain.share_a_name(["Đỗ Thị Hà", ""], ["do thi ha"])
    assert not domain.share_a_name([""], [""])
