"""Texts of messages: the templates of a message with what is known become subject, text and HTML. Nothing is sent here."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from css_inline import CSSInliner

from services.notifications.announcements.domain import Message
from services.notifications.deliveries.domain import Channel
from shared.text import nfc, one_line
from shared.ui.render import environment, render

_TEMPLATES = Path(__file__).parents[2] / "templates"


@dataclass(frozen=True, slots=True)
class Content:
    """What a delivery says. `text` is empty in the in-app list, which shows `html`; a text message has nothing else."""

    subject: str
    text: str
    html: str


class Letters:
    """Renders messages; make one for a process."""

    def __init__(self, public_url: str) -> None:
        """`public_url` begins every link in a mail."""
        self._public_url = public_url.rstrip("/")
        self._pages = environment([_TEMPLATES])
        self._inliner = CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)

    def compose(self, message: Message, channel: Channel, link: str, known: Mapping[str, Any]) -> Content:
        """The content for `channel`; `known` is what the templates may speak of.

        Raises jinja2's UndefinedError when a template asks for more.
        """
        known = {**known, "public_url": self._public_url, "link": self._public_url + link}
        if channel is Channel.SMS:
            return Content("", one_line(self._plain(message, "sms.txt", **known)), "")
        subject = one_line(self._plain(message, "subject.txt", **known))
        if channel is Channel.IN_APP:
            return Content(subject, "", self._page(message, "in_app.html", **{**known, "link": link}).strip())
        page = self._inliner.inline(self._page(message, "email.html", subject=subject, **known))
        return Content(subject, self._plain(message, "email.txt", **known).strip() + "\n", page)

    def _page(self, message: Message, part: str, **known: Any) -> str:
        return nfc(render(self._pages, f"messages/{message}/{part}", **known))

    def _plain(self, message: Message, part: str, **known: Any) -> str:
        # The engine escapes everywhere, which no template may switch off; in a plain text it is taken back as a whole.
        return html.unescape(self._page(message, part, **known))
