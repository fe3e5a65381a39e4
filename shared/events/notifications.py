"""Facts published by the notifications service: what became of a message to a person."""

from typing import ClassVar

from pydantic import AwareDatetime

from shared.events.envelope import Event


class DeliveryAccepted(Event):
    """A provider took the message; submissions shows it on the receipt page."""

    type: ClassVar[str] = "notifications.delivery.accepted.v1"
    topic: ClassVar[str] = "notifications.deliveries"

    delivery_id: str
    message: str
    channel: str
    person_id: str
    about_id: str
    """What the message is about: an entry id, a contest id."""
    accepted_at: AwareDatetime


class DeliveryFailed(Event):
    """The message cannot be delivered: no address, refused for good, or out of tries."""

    type: ClassVar[str] = "notifications.delivery.failed.v1"
    topic: ClassVar[str] = "notifications.deliveries"

    delivery_id: str
    message: str
    channel: str
    person_id: str
    about_id: str
    reason: str
    failed_at: AwareDatetime
