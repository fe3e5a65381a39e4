"""How far the demo is: a bar on a terminal, a line now and then elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Bar:
    """One stage of the demo."""

    def __init__(self, progress: Progress, title: str, total: int | None) -> None:
        """Made by Stages."""
        self._progress = progress
        self._task = progress.add_task(title, total=total)

    def step(self, number: int = 1) -> None:
        """So much more is done."""
        self._progress.advance(self._task, number)

    def finish(self) -> None:
        """The stage ended."""
        task = self._progress.tasks[self._task]
        self._progress.update(self._task, total=max(1, int(task.completed)), completed=max(1, int(task.completed)))


class Stages:
    """The stages of the demo, one below the other."""

    def __init__(self, progress: Progress) -> None:
        """Made by `shown`."""
        self._progress = progress

    @contextmanager
    def stage(self, title: str, total: int | None = None) -> Iterator[Bar]:
        """A stage with `total` steps, or of unknown length."""
        bar = Bar(self._progress, title, total)
        if not self._progress.console.is_terminal:
            self._progress.console.print(f"… {title}")
        yield bar
        bar.finish()


@contextmanager
def shown() -> Iterator[Stages]:
    """Show stages for as long as the block runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console()
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Stages(progress)
