"""The in-app list over HTTP: pages under /hop-thu, the unread count for the header, the inbox as JSON."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from markupsafe import Markup
from pydantic import BaseModel

from services.notifications.feeds import service
from services.notifications.feeds.domain import Notice
from shared.clock import now
from shared.identity import SIGNED_IN, Person
from shared.pages import page, see_other, store_of

routes = APIRouter()
PageNumber = Annotated[int, Query(alias="trang", ge=1, le=10_000)]


class Item(BaseModel):
    """A notice as programs see it."""

    id: str
    message: str
    about_id: str
    title: str
    link: str
    posted_at: datetime
    read_at: datetime | None


class Inbox(BaseModel):
    """A page of the asker's own notices, unread ones first."""

    items: list[Item]
    total: int
    unread: int


@routes.get("/hop-thu")
async def show(request: Request, person: Annotated[Person, SIGNED_IN], number: PageNumber = 1) -> Response:
    """The person's own notices."""
    found = await service.inbox(store_of(request), person, number)
    pages = max(1, -(-found.total // service.PAGE))
    return page(request, "feeds/list.html", found=found, number=number, pages=pages, unread=found.unread)


@routes.get("/hop-thu/so")
async def count(request: Request, person: Annotated[Person, SIGNED_IN]) -> Response:
    """A fragment with the unread count, for the header of every service."""
    return page(request, "feeds/count.html", number=await service.unread(store_of(request), person))


@routes.post("/hop-thu/da-doc")
async def read_all(request: Request, person: Annotated[Person, SIGNED_IN]) -> Response:
    """Mark everything as read."""
    number = await service.open_all(store_of(request), person, now())
    return see_other(request, "/hop-thu", f"Đã đánh dấu {number} thông báo là đã đọc.")


@routes.get("/hop-thu/{notice_id}")
async def open_one(request: Request, notice_id: str, person: Annotated[Person, SIGNED_IN]) -> Response:
    """One notice; opening it reads it."""
    notice = await service.open_one(store_of(request), notice_id, person, now())
    return page(
        request,
        "feeds/show.html",
        notice=notice,
        body=_body(notice),
        unread=await service.unread(store_of(request), person),
    )


def _body(notice: Notice) -> Markup:
    # Made by our own message templates, which escaped every word that came from a person.
    return Markup(notice.html)  # noqa: S704 - see above


@routes.get("/api/notifications/v1/inbox")
async def inbox(
    request: Request,
    person: Annotated[Person, SIGNED_IN],
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Inbox:
    """The asker's own notices."""
    found = await service.inbox(store_of(request), person, number)
    items = [Item.model_validate(one.model_dump()) for one in found.items]
    return Inbox(items=items, total=found.total, unread=found.unread)
