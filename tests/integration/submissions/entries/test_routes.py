"""Writing and handing in through the pages and over JSON: nothing typed is lost, nobody else gets in."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from services.submissions.contests.domain import Contest
from services.submissions.entries import service as entries
from services.submissions.entries.domain import Entry
from shared.clock import now
from shared.identity import Person
from shared.mongo import Store
from tests.integration.submissions.builders import Browser, a_contest, a_person, email_of
from tests.integration.submissions.entry_builders import a_draft, a_pdf, an_image, attach, words

API = "/api/submissions/v1"


@pytest.fixture
async def contest(store: Store) -> Contest:
    return await a_contest(store)


@pytest.fixture
async def author(store: Store) -> Person:
    return await a_person(store, email=email_of("tac-gia"))


@pytest.fixture
async def her_browser(author: Person, browser: Callable[[], Browser]) -> Browser:
    made = browser()
    await made.sign_in(email_of("tac-gia"))
    return made


def fields(version: int, **changes: Any) -> dict[str, Any]:
    """The form of a draft, complete."""
    return {"version": version, **words().fields(), **changes}


async def test_an_entry_goes_from_the_first_form_to_the_receipt_without_scripts(
    her_browser: Browser, contest: Contest
) -> None:
    page = await her_browser.open(f"/bai-du-thi/moi?cuoc-thi={contest.slug}")
    assert page.status_code == 200
    asked = {"client_key": her_browser.client_key, "entrant_group": "E1", "content_group": "C2", "title": ""}
    begun = await her_browser.submit(f"/bai-du-thi/moi?cuoc-thi={contest.slug}", asked)
    assert begun.status_code == 303
    edit = begun.headers["location"]
    address = edit.removesuffix("/soan")
    assert (await her_browser.open(edit)).status_code == 200
    saved = await her_browser.submit(f"{address}/luu", fields(1, act="preview"))
    assert saved.headers["location"] == f"{address}/xem-truoc"
    preview = await her_browser.open(f"{address}/xem-truoc")
    assert words().parts["solution"] in preview.text
    done = await her_browser.submit(f"{address}/nop", {"client_key": her_browser.client_key})
    assert done.headers["location"] == f"{address}/bien-nhan"
    again = await her_browser.submit(f"{address}/nop", {"client_key": her_browser.client_key})
    assert again.headers["location"] == f"{address}/bien-nhan"
    receipt = await her_browser.open(f"{address}/bien-nhan")
    assert receipt.status_code == 200
    assert "<svg" in receipt.text


async def test_a_wrong_first_form_keeps_its_choices_and_its_key(her_browser: Browser, contest: Contest) -> None:
    asked = {"client_key": "my-key", "entrant_group": "E2", "title": "t" * 501}
    page = await her_browser.submit(f"/bai-du-thi/moi?cuoc-thi={contest.slug}", asked)
    assert page.status_code == 422
    assert 'value="my-key"' in page.text
    assert "t" * 501 in page.text


async def test_autosave_answers_in_json_and_a_second_tab_gets_both_texts(
    store: Store, her_browser: Browser, author: Person, contest: Contest
) -> None:
    draft = await a_draft(store, author, contest.id)
    await her_browser.open(f"/bai-du-thi/{draft.id}/soan")
    as_script: dict[str, Any] = {"headers": {"Accept": "application/json"}}
    save = f"/bai-du-thi/{draft.id}/luu"
    first = await her_browser.submit(save, fields(draft.version, title="Tab một"), **as_script)
    assert first.status_code == 200
    assert first.json()["version"] == draft.version + 1
    assert first.json()["saved_at"].endswith("+00:00")
    second = await her_browser.submit(save, fields(draft.version, title="Tab hai"), **as_script)
    assert second.status_code == 409
    assert (second.json()["version"], second.json()["fields"]["title"]) == (draft.version + 1, "Tab một")
    plain = await her_browser.submit(save, fields(draft.version, title="Tab hai"))
    assert plain.status_code == 409
    assert "Tab một" in plain.text
    assert "Tab hai" in plain.text
    assert f'name="version" value="{draft.version + 1}"' in plain.text
    assert (await entries.get(store.read, draft.id)).title == "Tab một"


async def test_a_wrong_field_does_not_hide_what_a_second_tab_saved(
    store: Store, her_browser: Browser, author: Person, contest: Contest
) -> None:
    draft = await a_draft(store, author, contest.id)
    await her_browser.open(f"/bai-du-thi/{draft.id}/soan")
    save = f"/bai-du-thi/{draft.id}/luu"
    await her_browser.submit(save, fields(draft.version, title="Tab một"))
    wrong = await her_browser.submit(save, fields(draft.version, title="t" * 501))
    assert wrong.status_code == 422
    assert f'name="version" value="{draft.version}"' in wrong.text
    clash = await her_browser.submit(save, fields(draft.version, title="Tab hai"))
    assert clash.status_code == 409
    assert "Tab một" in clash.text
    assert (await entries.get(store.read, draft.id)).title == "Tab một"


async def test_a_form_that_was_cut_off_on_its_way_empties_nothing_and_an_emptied_field_is_empty(
    store: Store, her_browser: Browser, author: Person, contest: Contest
) -> None:
    lines = [{"what": "time", "amount": amount, "unit": "giờ", "basis": "Đo"} for amount in ("1", "2")]
    typed = words(title="Có dấu", effects=lines)
    draft = await a_draft(store, author, contest.id)
    address = f"/bai-du-thi/{draft.id}"
    await her_browser.open(f"{address}/soan")
    await her_browser.submit(f"{address}/luu", {"version": draft.version, **typed.fields(), "effects_shown": "3"})
    page = await her_browser.open(f"{address}/soan")
    assert page.text.index('name="effects.2.basis"') < page.text.index('name="effects_shown" value="3"')
    whole = {name: said for name, said in typed.fields().items() if name[:8] != "effects."}

    async def sent(accept: str, **fields: str) -> tuple[int, Entry]:
        version = (await entries.get(store.read, draft.id)).version
        headers = {"Accept": accept}
        answer = await her_browser.submit(f"{address}/luu", {"version": str(version), **fields}, headers=headers)
        return answer.status_code, await entries.get(store.read, draft.id)

    for accept, done in (("text/html", 303), ("application/json", 200)):
        for short in ({}, {"title": "Có dấu"}, {**whole, "effects.0.what": "time", "effects.0.amount": ""}):
            status, kept = await sent(accept, **short)
            assert status == done
            assert [one.amount for one in kept.effects] == (["", "2"] if "effects.0.amount" in short else ["1", "2"])
            assert (kept.title, kept.parts, kept.content_group) == (typed.title, typed.parts, typed.content_group)
            await sent("text/html", **typed.fields(), effects_shown="3")
    _, kept = await sent(
        "text/html", **typed.fields() | dict.fromkeys(("title", "parts.solution", "content_group"), "")
    )
    assert (kept.title, kept.parts["solution"], kept.content_group) == ("", "", "")
    empty = {name: "" for name in typed.fields() if name.startswith("effects.0.")}
    _, kept = await sent("text/html", **empty)
    assert [one.amount for one in kept.effects] == ["1", "2"], "whether the rest of the lines was cut off is not known"
    _, kept = await sent("text/html", **typed.fields() | empty, effects_shown="3")
    assert [one.amount for one in kept.effects] == ["2"]
    refused = await her_browser.submit(f"{address}/luu", {"version": str(kept.version), "title": "t" * 501})
    assert (refused.status_code, typed.parts["situation"] in refused.text, ">Đo<" in refused.text) == (422, True, True)


async def test_a_form_without_our_token_changes_nothing(
    store: Store, her_browser: Browser, author: Person, contest: Contest
) -> None:
    draft = await a_draft(store, author, contest.id)
    posted = await her_browser.post(f"/bai-du-thi/{draft.id}/luu", data=fields(draft.version, title="Từ trang khác"))
    assert posted.status_code == 403
    assert (await entries.get(store.read, draft.id)).version == draft.version


async def test_adding_and_removing_a_file_also_saves_the_words_beside_it(
    store: Store, her_browser: Browser, author: Person, contest: Contest
) -> None:
    draft = await a_draft(store, author, contest.id)
    name = unicodedata.normalize("NFD", "Bản thuyết minh.pdf")
    content = a_pdf()
    for called, said in ((name, "Đã thêm tệp"), ("Bản khác tên.pdf", "đã có trong bài với tên")):
        words = fields(draft.version, title="Gõ dở")
        added = await her_browser.submit(f"/bai-du-thi/{draft.id}/tep", words, files={"file": (called, content)})
        assert added.status_code == 303
        assert said in (await her_browser.open(f"/bai-du-thi/{draft.id}/soan")).text
    entry = await entries.get(store.read, draft.id)
    assert (entry.title, [file.name for file in entry.files]) == ("Gõ dở", ["Bản thuyết minh.pdf"])
    file = await her_browser.get(f"/bai-du-thi/{draft.id}/tep/{entry.files[0].id}")
    assert file.content == content or file.content.startswith(b"%PDF-")
    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert file.headers["x-content-type-options"] == "nosniff"
    remove = f"/bai-du-thi/{draft.id}/tep/{entry.files[0].id}/xoa"
    gone = await her_browser.submit(remove, fields(entry.version, title="Gõ tiếp"))
    assert gone.status_code == 303
    after = await entries.get(store.read, draft.id)
    assert (after.title, after.files) == ("Gõ tiếp", [])


async def test_a_refused_file_leaves_the_words_saved_and_on_the_page(
    store: Store, her_browser: Browser, author: Person, contest: Contest
) -> None:
    draft = await a_draft(store, author, contest.id)
    page = await her_browser.submit(
        f"/bai-du-thi/{draft.id}/tep", fields(draft.version, title="Vẫn còn"), files={"file": ("a.pdf", an_image())}
    )
    assert page.status_code == 422
    assert "Nội dung tệp không đúng với đuôi tên tệp" in page.text
    assert "Vẫn còn" in page.text
    assert (await entries.get(store.read, draft.id)).title == "Vẫn còn"


async def test_an_incomplete_entry_shows_its_faults_at_their_fields(
    store: Store, her_browser: Browser, author: Person, contest: Contest
) -> None:
    draft = await a_draft(store, author, contest.id, parts={"situation": "Có"})
    page = await her_browser.submit(f"/bai-du-thi/{draft.id}/nop", {"client_key": "k"})
    assert page.status_code == 422
    assert 'href="#parts.solution"' in page.text
    assert "Hãy viết phần “Giải pháp”." in page.text


async def test_another_entrant_finds_no_entry_no_file_and_no_receipt(
    store: Store, author: Person, contest: Contest, browser: Callable[[], Browser]
) -> None:
    draft = await a_draft(store, author, contest.id)
    kept = await attach(store, draft.id, "ảnh.jpg", an_image(), by=author)
    await entries.submit(store, draft.id, key="k", secret_key="s", by=author, at=now())
    await a_person(store, email=email_of("nguoi-khac"))
    stranger = browser()
    await stranger.sign_in(email_of("nguoi-khac"))
    pages = ("", "/soan", "/xem-truoc", "/xem-truoc/1", "/bien-nhan", "/rut", f"/tep/{kept.id}")
    for page in pages:
        assert (await stranger.get(f"/bai-du-thi/{draft.id}{page}")).status_code == 404, page
    for act in ("luu", "tep", "nop", "rut", f"tep/{kept.id}/xoa"):
        asked = fields(draft.version, client_key="x", reason="x")
        assert (await stranger.submit(f"/bai-du-thi/{draft.id}/{act}", asked)).status_code == 404, act
    assert (await stranger.get(f"/tiep-nhan/{draft.id}")).status_code == 403
    assert (await stranger.get(f"/bai-du-thi/ban-cham/{kept.copy_id}")).status_code == 403
    bearer = await stranger.bearer(email_of("nguoi-khac"))
    for path in ("", "/withdraw", "/submit", "/files"):
        address = f"{API}/entries/{draft.id}{path}"
        body: dict[str, Any] = {"client_key": "x", "reason": "x"} if path == "/withdraw" else {"client_key": "x"}
        if path == "":
            answer = await stranger.get(address, headers=bearer)
        elif path == "/files":
            answer = await stranger.post(address, headers=bearer, files={"file": ("a.jpg", an_image())})
        else:
            answer = await stranger.post(address, headers=bearer, json=body)
        assert answer.status_code == 404, path
    assert (await stranger.get(f"{API}/entries", headers=bearer)).json() == {"items": []}


async def test_the_whole_way_over_json(
    store: Store, author: Person, contest: Contest, browser: Callable[[], Browser]
) -> None:
    client = browser()
    bearer: dict[str, Any] = {"headers": await client.bearer(email_of("tac-gia"))}
    start = {"client_key": "k1", "contest_id": contest.id, "entrant_group": "E1", "content_group": "C1"}
    made = await client.post(f"{API}/entries", json=start, **bearer)
    assert made.status_code == 201
    entry_id, version = made.json()["entry_id"], made.json()["version"]
    body = {"version": version, **words().model_dump()}
    saved = await client.put(f"{API}/entries/{entry_id}", json=body, **bearer)
    assert saved.json()["version"] == version + 1
    stale = await client.put(f"{API}/entries/{entry_id}", json={**body, "title": "Từ máy khác"}, **bearer)
    assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (409, "stale", version + 1)
    unknown = await client.put(f"{API}/entries/{entry_id}", json={**body, "state": "accepted"}, **bearer)
    assert unknown.status_code == 422
    file = await client.post(f"{API}/entries/{entry_id}/files", files={"file": ("a.pdf", a_pdf())}, **bearer)
    assert file.status_code == 201
    sent = [await client.post(f"{API}/entries/{entry_id}/submit", json={"client_key": "k2"}, **bearer) for _ in "ab"]
    assert sent[0].content == sent[1].content
    assert set(sent[0].json()) == {"receipt", "revision", "submitted_at", "status_path"}
    assert (await client.get(sent[0].json()["status_path"])).status_code == 200
    shown = (await client.get(f"{API}/entries/{entry_id}", **bearer)).json()
    assert (shown["state"], shown["in_words"], shown["files"][0]["for_jury"]) == ("submitted", "Đã nộp", True)
    back = await client.post(f"{API}/entries/{entry_id}/withdraw", json={"client_key": "w", "reason": "r"}, **bearer)
    assert back.json()["state"] == "withdrawn"
