"""Entries of the demo that never reach the jury: one its author takes back, one that copies another and is refused."""

from collections.abc import Sequence

from deploy.demo import cast, load, writing
from deploy.demo.client import Api, Json, until
from deploy.demo.marking import REGISTER, Desk
from deploy.demo.writing import ENTRIES, HandedIn

_PAIRS = "/api/submissions/v1/resemblances"
_WHY_BACK = "Nhóm tác giả muốn làm thử thêm một quý trước khi dự thi."
_WHY_COPY = "Nội dung chép lại gần như nguyên văn một bài đã nộp trước trong cùng cuộc thi."


async def play(desk: Desk, handed_in: Sequence[HandedIn]) -> None:
    """Both by authors who have another entry in the contest."""
    await _take_back(desk, handed_in[-1])
    await _copy(desk, handed_in[0], handed_in[1])


async def _take_back(desk: Desk, own: HandedIn) -> None:
    title = f"{own.entry.title[:80]} – giai đoạn hai"
    made = await _second(desk, own.email, own.entry.model_copy(update={"title": title}))
    async with Api(desk.url, email=own.email, password=cast.PASSWORD, trouble=desk.trouble) as api:
        await api.make(f"{ENTRIES}/{made.entry_id}/withdraw", {"reason": _WHY_BACK})
    desk.held.withdrawn.append(made)


async def _copy(desk: Desk, original: HandedIn, copyist: HandedIn) -> None:
    """The machine finds the pair, the secretary concludes and refuses by the rule."""
    made = await _second(desk, copyist.email, original.entry)
    async with desk.api("secretary") as api:
        pair = await until(lambda: _pair(api, desk.contest_id, made.entry_id), "the copy to be found")
        conclusion = {"version": pair["version"], "state": "copy", "reason": _WHY_COPY}
        await api.post(f"{_PAIRS}/{pair['id']}/conclusion", conclusion)

        async def listed() -> Json | None:
            found = await api.get(REGISTER, contest_id=desk.contest_id, state="submitted", page=1)
            return next((line for line in found["items"] if line["entry_id"] == made.entry_id), None)

        read = await until(listed, "the copy in the register")
        why = {"rule": "duplicate", "reason": _WHY_COPY, "revision": read["revision"]}
        await api.make(f"{REGISTER}/{made.entry_id}/refuse", why)
    desk.held.refused.append(made)


async def _second(desk: Desk, email: str, entry: load.Entry) -> HandedIn:
    return await writing.hand_in(desk.url, desk.contest_id, entry, email, desk.trouble)


async def _pair(api: Api, contest_id: str, entry_id: str) -> Json | None:
    page, total = 1, 1
    seen: list[Json] = []
    while len(seen) < total:
        got = await api.get(_PAIRS, contest_id=contest_id, state="undecided", page=page)
        total, page = got["total"], page + 1
        if not got["items"]:
            break
        seen += got["items"]
    return next((pair for pair in seen if entry_id in (pair["entry_id"], pair["other_id"])), None)
