"""The pages of authors, invitations, effects and an organisation's paper, as a browser without scripts uses them."""

from collections.abc import Callable

import pytest

from services.submissions.anonymity.domain import GivesAway
from services.submissions.entries import service as entries
from services.submissions.team_drafts.domain import Row
from services.submissions.texts.domain import Incomplete
from shared.clock import now
from shared.ids import new_id
from shared.mongo import Store
from tests.integration.submissions import entry_builders as made
from tests.integration.submissions.builders import (
    Browser,
    a_person,
    codes_sent,
    email_of,
    last_code,
)
from tests.integration.submissions.team_builders import LAN, MAI, a_team, name


async def test_the_page_of_an_invitation_leads_through_sign_in_and_a_second_click_finds_the_first(
    store: Store, browser: Callable[[], Browser]
) -> None:
    owner, lan = await a_person(store, name="Đặng Chủ Bài"), await a_person(store, email=LAN)
    draft = await a_team(store, owner)
    await name(store, draft.id, owner, Row(name="Lan", address="lan-khac@thu.example", share="33,5"), own="66,5")
    path = f"/bai-du-thi/loi-moi/{await last_code(store, 'lan-khac@thu.example')}"
    visitor = browser()
    shown = await visitor.open(path)
    assert f"/dang-ky?ve={path}" in shown.text
    assert "33,5%" in shown.text
    assert "Đặng Chủ Bài" in shown.text
    assert (shown.headers["Referrer-Policy"], shown.headers["X-Robots-Tag"]) == ("same-origin", "noindex")
    await visitor.sign_in(LAN)
    await visitor.open(path)
    refused = await visitor.submit(path, {"act": "decline", "share": "33.5", "reason": ""})
    assert (refused.status_code, "Hãy viết lý do từ chối" in refused.text) == (422, True)
    for _ in range(2):
        answer = await visitor.submit(path, {"act": "agree", "share": "33.5"})
        assert answer.headers["location"] == f"/bai-du-thi/{draft.id}"
    assert (await visitor.open(f"/bai-du-thi/{draft.id}/soan")).status_code == 200
    assert lan.id in (await entries.get(store.read, draft.id)).author_ids


async def test_the_owners_form_keeps_what_was_typed_and_adds_and_drops_rows_without_saving(
    store: Store, browser: Callable[[], Browser]
) -> None:
    owner = await a_person(store, email=email_of("chu-bai"))
    draft = await a_team(store, owner)
    window, path = browser(), f"/bai-du-thi/{draft.id}/tac-gia"
    await window.sign_in(email_of("chu-bai"))
    await window.open(path)
    typed = {
        "owner_share": "60",
        "members.0.name": "Lan", "members.0.address": "không phải địa chỉ", "members.0.share": "40",
        "members.1.name": "Mai", "members.1.address": MAI, "members.1.share": "7",
    }  # fmt: skip
    for version, (act, rows) in enumerate((("add", 3), ("drop.1", 1), ("drop.0", 1))):
        sent = {**typed, "version": str(version), "act": act}
        shown = await window.submit(path, sent, follow_redirects=True)
        assert (shown.status_code, shown.text.count("Lời mời được gửi tới đây.")) == (200, rows)
    assert "Có thay đổi chưa gửi" in shown.text
    assert 'value="Mai"' in shown.text
    clash = await window.submit(path, {**typed, "members.0.address": LAN, "version": "1", "act": "save"})
    assert (clash.status_code, clash.text.count("(bản kia)"), 'value="Lan"' in clash.text) == (409, 3, True)
    autosaved = await window.submit(f"{path}/luu", {**typed, "version": "3"}, headers={"Accept": "application/json"})
    assert autosaved.json()["version"] == 4
    preview = (await window.open(f"/bai-du-thi/{draft.id}/xem-truoc")).text
    assert 0 < preview.find("Trang Tác giả có thay đổi chưa gửi") < preview.rfind('class="govuk-button')
    typed["version"] = "4"
    refused = await window.submit(path, {**typed, "act": "save"})
    assert refused.status_code == 422
    for kept in ("không phải địa chỉ", 'value="Lan"', f'value="{MAI}"', 'href="#members.0.address"'):
        assert kept in refused.text
    assert await codes_sent(store, MAI) == []
    saved = await window.submit(path, {**typed, "members.0.address": LAN, "act": "save"}, follow_redirects=True)
    assert saved.text.count("Chờ trả lời") == 2
    assert "Lời mời mới đang được gửi đi." in saved.text
    assert len(await codes_sent(store, MAI)) == 1
    assert "Trang Tác giả có thay đổi" not in (await window.open(f"/bai-du-thi/{draft.id}/xem-truoc")).text


async def test_saving_without_anybody_new_tells_of_no_letters(store: Store, browser: Callable[[], Browser]) -> None:
    owner = await a_person(store, email=email_of("chu-bai"))
    draft = await a_team(store, owner)
    window, path = browser(), f"/bai-du-thi/{draft.id}/tac-gia"
    await window.sign_in(email_of("chu-bai"))
    await window.open(path)
    alone = await window.submit(path, {"owner_share": "100", "version": "0", "act": "save"}, follow_redirects=True)
    assert "Đã lưu." in alone.text
    assert "Lời mời mới" not in alone.text


async def test_the_same_over_json(store: Store, browser: Callable[[], Browser]) -> None:
    owner, _ = await a_person(store, email=email_of("chu-bai")), await a_person(store, email=LAN)
    draft = await a_team(store, owner)
    api, path = browser(), f"/api/submissions/v1/entries/{draft.id}/coauthors"
    own, hers = await api.bearer(email_of("chu-bai")), await api.bearer(LAN)
    body = {"version": 0, "owner_share": "60", "members": [{"name": "Lan", "address": LAN, "share": "40"}]}
    assert (await api.put(path, json=body, headers=hers)).status_code == 404
    for odd in (
        {"owner_share": "1e999"},
        {"representative_id": "x" * 61},
        {"members": [{"name": "L" * 121, "share": 1}]},
    ):
        assert (await api.put(path, json={**body, **odd}, headers=own)).status_code == 422
    put = (await api.put(path, json=body, headers=own)).json()
    assert (put["ready"], put["members"][0]["state"]) == (False, "invited")
    [waits] = (await api.get("/api/submissions/v1/invitations", headers=hers)).json()["items"]
    said = {"invitation_id": waits["id"], "agree": True, "share": waits["share"]}
    answered = await api.post("/api/submissions/v1/invitations/answer", json=said, headers=hers)
    assert answered.json() == {"entry_id": draft.id}
    again = await api.post("/api/submissions/v1/invitations/answer", json=said, headers=hers)
    assert again.json() == answered.json()
    unsaid = await api.post("/api/submissions/v1/invitations/answer", json={**said, "agree": False}, headers=hers)
    assert unsaid.json()["code"] == "invitation_over"
    seen = (await api.get(path, headers=hers)).json()
    assert (seen["ready"], seen["members"][0]["address"]) == (True, "")
    refused = await api.post(f"/api/submissions/v1/entries/{draft.id}/submit", json={"client_key": "k"}, headers=hers)
    assert (refused.status_code, refused.json()["code"]) == (403, "owner_only")


async def test_what_a_co_author_may_do_begins_with_the_answer_and_ends_with_leaving(
    store: Store, browser: Callable[[], Browser]
) -> None:
    owner, _ = await a_person(store), await a_person(store, email=LAN)
    draft = await a_team(store, owner)
    await name(store, draft.id, owner, Row(name="Lan", address=LAN, share="40"))
    api = browser()
    hers, base = await api.bearer(LAN), f"/api/submissions/v1/entries/{draft.id}"
    changed = {"title": "Tên mới của sáng kiến", "parts": draft.parts, "entrant_group": "E1", "content_group": "C1"}

    async def answers() -> list[int]:
        version = (await entries.get(store.read, draft.id)).version
        asked = [
            await api.get(base, headers=hers),
            await api.get(f"{base}/versions", headers=hers),
            await api.get(f"{base}/coauthors", headers=hers),
            await api.put(base, json={"version": version, **changed}, headers=hers),
            await api.put(f"{base}/coauthors", json={"version": 1, "members": []}, headers=hers),
            await api.post(f"{base}/submit", json={"client_key": new_id()}, headers=hers),
            await api.post(f"{base}/withdraw", json={"client_key": new_id(), "reason": "thôi"}, headers=hers),
        ]
        return [one.status_code for one in asked]

    assert await answers() == [404] * 7
    said = {"secret": await last_code(store, LAN), "agree": True, "share": "40"}
    assert (await api.post("/api/submissions/v1/invitations/answer", json=said, headers=hers)).status_code == 200
    assert await answers() == [200, 200, 200, 200, 403, 403, 403]
    assert (await api.post(f"{base}/leave", json={}, headers=hers)).status_code == 204
    assert await answers() == [404] * 7


async def test_a_letter_that_is_too_old_opens_a_page_that_says_so_and_shows_nothing(
    store: Store, browser: Callable[[], Browser]
) -> None:
    owner = await a_person(store, name="Đặng Chủ Bài")
    draft = await a_team(store, owner)
    await name(store, draft.id, owner, Row(name="Lan", address=LAN, share="40"))
    path = f"/bai-du-thi/loi-moi/{await last_code(store, LAN)}"
    await store.read["invitations"].update({"entry_id": draft.id}, {"$set": {"expires_at": now()}})
    shown = await browser().open(path)
    assert (shown.status_code, "không còn dùng được" in shown.text) == (404, True)
    assert draft.title not in shown.text
    assert "Chủ Bài" not in shown.text


async def test_an_organisation_brings_a_paper_that_no_jury_gets(store: Store, browser: Callable[[], Browser]) -> None:
    owner = await a_person(store, email=email_of("chu-bai"))
    groups = [{"id": "E1", "title": "Tổ chức", "track": "individual", "needs_mandate": True}]
    draft = await a_team(store, owner, entrant_groups=groups)
    with pytest.raises(Incomplete) as refused:
        await made.hand_in(store, draft.id, owner)
    assert refused.value.errors == [
        {"code": "mandate_missing", "field": "mandate", "text": "Hãy thêm giấy cử người đại diện của tổ chức."}
    ]
    window = browser()
    await window.sign_in(email_of("chu-bai"))
    page = await window.open(f"/bai-du-thi/{draft.id}/soan")
    assert "Giấy cử người đại diện" in page.text
    for paper in (b"", made.a_pdf()):
        sent = {"mandate": ("giay-cu.pdf", paper, "application/pdf")}
        fields = {"version": str(draft.version), "act": "mandate", **draft.fields()}
        answer = await window.submit(f"/bai-du-thi/{draft.id}/tep", fields, files=sent)
    assert answer.headers["location"].endswith("/soan#mandate")
    [paper_kept] = (await entries.get(store.read, draft.id)).files
    assert (paper_kept.purpose, paper_kept.copy_blob) == ("mandate", "")
    await made.hand_in(store, draft.id, owner)


async def test_effects_are_typed_added_and_taken_off_without_a_script(
    store: Store, browser: Callable[[], Browser]
) -> None:
    owner = await a_person(store, email=email_of("chu-bai"))
    draft = await a_team(store, owner, form_rules={"effects_required": True})
    with pytest.raises(Incomplete) as refused:
        await made.hand_in(store, draft.id, owner)
    assert refused.value.errors[0]["code"] == "effect_missing"
    window, path = browser(), f"/bai-du-thi/{draft.id}"
    await window.sign_in(email_of("chu-bai"))
    await window.open(f"{path}/soan")
    typed = {
        **draft.fields(), "effects_shown": "3", "effects.0.what": "time", "effects.0.amount": "2,5", "effects.0.unit": "giờ/hồ sơ",
        "effects.0.basis": "Đo 40 hồ sơ.", "effects.1.amount": "7", "effects.2.unit": "",
    }  # fmt: skip
    added = await window.submit(f"{path}/luu", {**typed, "version": str(draft.version), "act": "effects.add"})
    assert added.headers["location"] == f"{path}/soan#effects"
    kept = await entries.get(store.read, draft.id)
    assert [one.amount for one in kept.effects] == ["2,5", "7"]
    clash = await window.submit(f"{path}/luu", {**typed, "effects.0.amount": "9", "version": "1", "act": "save"})
    assert (clash.status_code, 'value="9"' in clash.text, "2,5" in clash.text) == (409, True, True)
    await window.submit(f"{path}/luu", {**typed, "version": str(kept.version), "act": "effects.drop.1"})
    assert [one.amount for one in (await entries.get(store.read, draft.id)).effects] == ["2,5"]
    at = str((await entries.get(store.read, draft.id)).version)
    for field, bad in (("basis", "chữ " * 501), ("amount", "1" * 41), ("unit", "x" * 81)):
        sent = {**typed, f"effects.0.{field}": bad, "version": at, "act": "save"}
        over = await window.submit(f"{path}/luu", sent)
        assert (over.status_code, over.text.count(f'href="#effects.0.{field}"')) == (422, 1)
        assert bad.strip() in over.text
    preview = await window.open(f"{path}/xem-truoc")
    assert "Tiết kiệm thời gian: 2,5 giờ/hồ sơ" in preview.text
    await made.hand_in(store, draft.id, owner)
    receipt = await window.open(f"{path}/bien-nhan")
    assert owner.name in receipt.text
    with_name = made.words(effects=[{"what": "cost", "amount": "1", "unit": "đồng", "basis": f"Do {owner.name} tính"}])
    version = (await entries.get(store.read, draft.id)).version
    await entries.write(store, draft.id, with_name, version=version, by=owner, at=now())
    with pytest.raises(GivesAway):
        await made.hand_in(store, draft.id, owner)
