"""A notice in a person's in-app list. Pure."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Notice(BaseModel):
    """A notice; `html` is a fragment that our own templates made and escaped."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    person_id: str
    message: str
    about_id: str
    title: str
    html: str
    link: str
    posted_at: datetime
    read_at: datetime | None = None
