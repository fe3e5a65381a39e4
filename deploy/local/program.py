"""One supervised process as a value: its name, command, environment and how it is stopped."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Program:
    """What the supervisor needs to know. A lower `rank` starts earlier and stops later."""

    name: str
    command: list[str]
    rank: int
    environment: dict[str, str] = field(default_factory=dict)
    stop_seconds: int = 20
    """How long it may take to end after SIGTERM before it is killed."""
    settle_seconds: int = 1
    """How long it must live to count as started; dying earlier, it waits longer before each new try."""
    restart: bool = True
    """Whether it is started again when it ends by itself."""
