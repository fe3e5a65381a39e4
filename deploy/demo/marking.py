"""The desk and the jury at work: register, formal check, blind marking, the live final."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from deploy.demo import cast
from deploy.demo.cast import Member
from deploy.demo.client import Api, Json, RefusedError, Trouble, until
from deploy.demo.progress import Bar
from deploy.demo.records import Given, Held, Sealed
from shared.ids import new_id

REGISTER = "/api/submissions/v1/register"
JUDGING = "/api/judging/v1"
_PAGE = 100
_RETURNED = 2
_FAR_APART = 0.12
"""Share of sheets whose judge sees the script quite differently, so that third readers are needed."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the demo plays and as whom it may sign in."""

    url: str
    contest_id: str
    staff: Sequence[Member]
    trouble: Trouble
    administrator: tuple[str, str]
    """Address and password."""
    mail_url: str = ""
    """The page of the mail catcher; empty where nobody can look there."""
    held: Held = field(default_factory=Held)

    def api(self, role: str, place: int = 0) -> Api:
        """Access as the member of this role."""
        member = [member for member in self.staff if member.role == role][place]
        return Api(self.url, email=member.person.email, password=cast.PASSWORD, trouble=self.trouble)

    @property
    def judges(self) -> list[Member]:
        """The panel."""
        return [member for member in self.staff if member.role == "judge"]


async def register(api: Api, contest_id: str) -> list[Json]:
    """The whole register of the contest."""
    lines: list[Json] = []
    page = 1
    while True:
        got = await api.get(REGISTER, contest_id=contest_id, page=page)
        lines += got["items"]
        if not got["items"] or len(lines) >= got["total"]:
            return lines
        page += 1


async def check_in(desk: Desk, entries: int, bar: Bar) -> list[str]:
    """Wait for every register line, send a few entries back, accept the others; answers who was sent back."""
    async with desk.api("secretary") as api:

        async def complete() -> list[Json] | None:
            lines = await register(api, desk.contest_id)
            return lines if len(lines) >= entries else None

        lines = await until(complete, f"{entries} lines in the register")
        returned = [line["entry_id"] for line in lines[:_RETURNED]] if entries > 2 * _RETURNED else []
        reason = "Đề nghị nêu rõ hơn đơn vị nào áp dụng được giải pháp."
        for line in lines:
            if line["entry_id"] in returned:
                asked = {"reason": reason, "revision": line["revision"]}
                await api.make(f"{REGISTER}/{line['entry_id']}/return", asked)
                desk.held.returned.append(line["entry_id"])
            else:
                await accept(api, line)
                bar.step()
    return returned


async def accept(api: Api, line: Json) -> None:
    """Accept what was read, once the jury's copies of its files are made; that an earlier try already did it is fine.

    The register follows a hand-in by a moment: what it does not show yet is read there before it is accepted.
    """
    read, key = dict(line), new_id()

    async def accepted() -> Any:
        asked = {"client_key": f"{key}-{read['revision']}", "revision": read["revision"]}
        try:
            return await api.make(f"{REGISTER}/{line['entry_id']}/accept", asked)
        except RefusedError as refusal:
            if refusal.code not in ("file_copy_pending", "entry_revised"):
                raise
            lines = await register(api, line["contest_id"]) if refusal.code == "entry_revised" else []
            read.update(next((one for one in lines if one["entry_id"] == line["entry_id"]), {}))
            return None

    await until(accepted, f"the jury's copies of the files of {line['entry_id']}")


async def accept_mended(api: Api, contest_id: str, entry_id: str) -> None:
    """Wait until the mended entry is back in the queue, then accept it."""

    async def back() -> Json | None:
        lines = {line["entry_id"]: line for line in await register(api, contest_id)}
        return lines[entry_id] if lines[entry_id]["state"] == "submitted" else None

    await accept(api, await until(back, "the mended entry to come back to the desk"))


async def assign(desk: Desk, entries: int) -> None:
    """Wait until judging has coded every script and knows the whole panel, then draw the lot."""
    path = f"{JUDGING}/contests/{desk.contest_id}"
    async with desk.api("chair") as api:

        async def complete() -> bool:
            coded = (await api.get(f"{path}/scripts"))["coded"]
            panel = {one["judge_id"] for one in (await api.get(f"{path}/progress"))["judges"]}
            return int(coded) >= entries and panel >= {judge.person_id for judge in desk.judges}

        await until(complete, f"{entries} coded scripts and the whole panel")
        await api.make(f"{path}/assignments", {"round": "preliminary"})


def _marks(rubric: Json, leaning: float) -> dict[str, str]:
    """Marks around `leaning` (a share of the maximum), on the rubric's step."""
    step, marks = Decimal(str(rubric["step"])), {}
    for criterion in rubric["criteria"]:
        top = Decimal(str(criterion["max"]))
        share = Decimal(str(min(1.0, max(0.1, random.gauss(leaning, 0.07)))))
        marks[criterion["id"]] = str((top * share / step).to_integral_value() * step)
    return marks


async def mark_all(desk: Desk, bar: Bar) -> int:
    """Every judge marks every sheet in the queue, until no third reading is open either; answers the sheets sealed."""
    sealed = 0
    while True:
        done = await asyncio.gather(*(_mark_queue(desk, place, bar) for place in range(len(desk.judges))))
        sealed += sum(done)
        if not sum(done):
            return sealed


async def _mark_queue(desk: Desk, place: int, bar: Bar) -> int:
    done = 0
    async with desk.api("judge", place) as api:
        for line in await api.get(f"{JUDGING}/queue"):
            if line["contest_id"] != desk.contest_id or line["state"] == "sealed":
                continue
            desk.held.sealed.append(await _mark_sheet(api, line["sheet_id"], line["code"]))
            done += 1
            bar.step()
    return done


async def _mark_sheet(api: Api, sheet_id: str, code: str) -> Sealed:
    path = f"{JUDGING}/sheets/{sheet_id}"
    sheet = await api.get(path)
    leaning = 0.45 + (sum(map(ord, code)) % 50) / 100
    if random.random() < _FAR_APART:  # noqa: S311 - a demo's marks
        leaning += 0.35 if leaning < 0.6 else -0.35  # noqa: PLR2004 - to the other side of the middle
    draft = {"marks": _marks(sheet["rubric"], leaning), "comment": "Ý tưởng rõ, số liệu có căn cứ; cần thêm lộ trình."}
    version = await _save(api, path, sheet["version"], draft)
    proof = await api.make(f"{path}/seal", {"version": version})
    return Sealed(sheet_id, api.person_id, proof["total"], proof["hash"])


async def _save(api: Api, path: str, version: int, draft: Json) -> int:
    try:
        return int((await api.put(path, {"version": version, **draft}))["version"])
    except RefusedError as refused:
        if refused.code != "stale":
            raise
        return int((await api.put(path, {"version": (await api.get(path))["version"], **draft}))["version"])


async def name_finalists(desk: Desk, count: int) -> None:
    """The organiser names the best `count`; what the marks leave open is settled with a reason."""
    path = f"{JUDGING}/contests/{desk.contest_id}"
    async with desk.api("organiser") as api:
        asked: Json = {"count": count}
        for _ in range(3):
            try:
                await api.make(f"{path}/finalists", asked)
            except RefusedError as refused:
                asked = await _settled(api, path, refused, asked)
            else:
                return


async def _settled(api: Api, path: str, refused: RefusedError, asked: Json) -> Json:
    """What is asked for instead after a refusal. Raises it when there is nothing to settle."""
    if refused.code == "marking_unfinished":
        return {**asked, "reason": "Không còn giám khảo nào chấm được các bài này mà không xung đột lợi ích."}
    if refused.code != "tie_at_cut":
        raise refused
    ranked = [one for one in (await api.get(f"{path}/ranking"))["entries"] if one["rank"] is not None]
    tied = refused.details["tied"]
    cut = next(one["rank"] for one in ranked if one["code"] in tied)
    codes = [one["code"] for one in ranked if one["rank"] < cut] + tied[: refused.details["places"]]
    return {"entry_codes": codes, "reason": "Bằng điểm ở vị trí cuối; chọn bài đã nộp trước."}


async def play_final(desk: Desk, bar: Bar) -> int:
    """Draw the order; open, mark and close every slot; lock. Answers the scores given."""
    async with desk.api("organiser") as api:
        path = f"{JUDGING}/contests/{desk.contest_id}"
        rubric = await api.get(f"{path}/rubrics/final")
        order = await api.make(f"{path}/final/order")
        desk.held.slots.update({slot["slot_id"]: slot["position"] for slot in order["slots"]})
        for slot in order["slots"]:
            await api.make(f"{JUDGING}/slots/{slot['slot_id']}/open")
            marks = [give(desk, place, slot, rubric) for place in range(len(desk.judges))]
            desk.held.given += [given for given in await asyncio.gather(*marks) if given]
            await _close(api, slot["slot_id"])
            bar.step()
        await api.make(f"{path}/final/lock")
    return len(desk.held.given)


async def give(desk: Desk, place: int, slot: Json, rubric: Json, leaning: float = 0.0) -> Given | None:
    """One judge's marks around `leaning`, else around what the code says; None for a judge whom a conflict keeps away."""
    leaning = leaning or 0.6 + (sum(map(ord, slot["code"])) % 35) / 100
    body = {"client_key": new_id(), "revision": 0, "marks": _marks(rubric, leaning)}
    async with desk.api("judge", place) as api:
        try:
            proof = await api.put(f"{JUDGING}/slots/{slot['slot_id']}/scores/mine", body)
        except RefusedError as refused:
            if refused.code == "judge_excluded":
                return None
            raise
        return Given(slot["slot_id"], api.person_id, proof["total"], proof["revision"])


async def _close(api: Api, slot_id: str) -> None:
    path = f"{JUDGING}/slots/{slot_id}/close"
    try:
        await api.make(path)
    except RefusedError as refused:
        if refused.code != "below_quorum":
            raise
        await api.make(path, {"reason": "Các giám khảo còn lại có xung đột lợi ích với bài này."})


async def publish(desk: Desk) -> Json:
    """The chair settles ties over a prize and signs off, the organiser publishes; answers slug and digest."""
    path = f"{JUDGING}/contests/{desk.contest_id}"
    async with desk.api("chair") as chair:
        while True:
            try:
                await chair.make(f"{path}/result/sign-off")
                break
            except RefusedError as refused:
                if refused.code != "tie_undecided":
                    raise
                ranking = await chair.get(f"{path}/ranking", round="final")
                order = next(group for group in ranking["ties"] if refused.details["tied"][0] in group)
                why = "Bằng điểm; xếp theo điểm nội dung thuyết trình."
                await chair.make(f"{path}/ties", {"round": "final", "order": order, "reason": why})
    async with desk.api("organiser") as organiser:
        published: Json = await organiser.make(f"{path}/result/publish")
    desk.held.slug = published["slug"]
    return published
