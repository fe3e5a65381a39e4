"""The commands of `python -m deploy`; what each of them does is in a module beside this one."""

import json
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from deploy.local import places
from deploy.local.ports import FIRST

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Chạy, kiểm tra và trình diễn hệ thống Sáng Kiến trên một máy."
)
dlq = typer.Typer(no_args_is_help=True, help="Tin không xử lý được: xem và cho xử lý lại.")
app.add_typer(dlq, name="dlq")

Folder = Annotated[Path, typer.Option("--data", help="Thư mục dữ liệu", default_factory=places.data)]
OneService = Annotated[
    str | None, typer.Option(help="Chỉ của một dịch vụ: submissions, judging hoặc notifications; bỏ trống là tất cả")
]
AsJson = Annotated[bool, typer.Option("--json", help="In JSON cho máy đọc")]


class Broker(StrEnum):
    """Which broker `up` starts."""

    AUTO = "auto"
    KAFKA = "kafka"
    MEMORY = "memory"


@app.command()
def up(
    folder: Folder,
    port: Annotated[int, typer.Option(help="Cổng của trang; các tiến trình khác dùng những cổng kế tiếp")] = FIRST,
    broker: Annotated[Broker, typer.Option(help="memory: Kafka trong bộ nhớ, chỉ để xem thử")] = Broker.AUTO,
    seed: Annotated[bool, typer.Option(help="Nạp dữ liệu trình diễn khi chưa có cuộc thi nào")] = True,
) -> None:
    """Bật toàn bộ hệ thống sau một địa chỉ; Ctrl-C để dừng."""
    raise typer.Exit(import_module("deploy.up").up(folder.resolve(), port, broker.value, seed=seed))


@app.command()
def fetch(*, tests: Annotated[bool, typer.Option(help="Cả những gì chỉ bài kiểm thử cần")] = False) -> None:
    """Chỉ tải những gì hệ thống cần, không chạy gì."""
    raise typer.Exit(import_module("deploy.getting").get(development=tests))


@app.command()
def down(folder: Folder) -> None:
    """Dừng hệ thống đang chạy; dữ liệu còn nguyên."""
    raise typer.Exit(import_module("deploy.running").down(folder.resolve()))


@app.command()
def status(folder: Folder, *, as_json: AsJson = False) -> None:
    """Tiến trình nào đang chạy, đã sẵn sàng chưa."""
    raise typer.Exit(import_module("deploy.running").status(folder.resolve(), as_json=as_json))


@app.command()
def logs(
    folder: Folder,
    names: Annotated[
        list[str] | None, typer.Argument(help="judging, judging.worker, kafka, …; bỏ trống là tất cả")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Theo dõi tiếp")] = False,
    last: Annotated[int, typer.Option("--last", "-n", help="Số dòng cuối")] = 100,
) -> None:
    """Nhật ký của các tiến trình trong một dòng chảy có màu."""
    try:
        import_module("deploy.log_view").view(
            folder.resolve(), names or [], last=last, follow=follow, console=Console()
        )
    except KeyboardInterrupt:
        raise typer.Exit from None


@app.command()
def doctor(folder: Folder, *, as_json: AsJson = False) -> None:
    """Kiểm tra máy và hệ thống; mỗi dòng nói điều cần làm."""
    findings = import_module("deploy.doctor").examine(folder.resolve())
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False, indent=1))
    else:
        _show_findings(findings)
    raise typer.Exit(1 if any(finding.level == "fail" for finding in findings) else 0)


def _show_findings(findings: list[Any]) -> None:
    marks = {"ok": "[green]ok  [/green]", "warn": "[yellow]warn[/yellow]", "fail": "[bold red]fail[/bold red]"}
    table = Table(show_header=False, box=None, pad_edge=False)
    for finding in findings:
        advice = f"\n→ {finding.advice}" if finding.advice else ""
        table.add_row(marks[finding.level], finding.name, finding.found + advice)
    Console().print(table, highlight=False)


@app.command()
def topics(folder: Folder) -> None:
    """Tạo những chủ đề Kafka còn thiếu."""
    made = import_module("deploy.local.topics").create(import_module("deploy.running").kafka_url(folder.resolve()))
    typer.echo("\n".join(made) or "Đủ chủ đề rồi / nothing missing")


@dlq.command("list")
def dlq_list(folder: Folder, *, service: OneService = None, as_json: AsJson = False) -> None:
    """Liệt kê tin không xử lý được của mọi dịch vụ, kèm lý do."""
    letters = import_module("deploy.dead_letters").waiting(folder.resolve(), service)
    if as_json:
        typer.echo(json.dumps(letters, ensure_ascii=False, indent=1, default=str))
        return
    for letter in letters:
        typer.echo(
            f"{letter['service']}  {letter['_id']}  {letter['at']:%Y-%m-%d %H:%M}  {letter['reason']}: {letter['error']}"
        )
    typer.echo(f"{len(letters)} tin / dead letters")


@dlq.command("replay")
def dlq_replay(
    folder: Folder,
    letters: Annotated[list[str] | None, typer.Argument(help="Mã của tin; bỏ trống là tất cả")] = None,
    service: OneService = None,
) -> None:
    """Cho xử lý lại; tiến trình worker của dịch vụ làm trong vài giây."""
    asked = import_module("deploy.dead_letters").replay(folder.resolve(), service, letters)
    typer.echo(f"{asked} tin sẽ được xử lý lại / to be replayed")


@app.command()
def verify(file: Annotated[Path, typer.Argument(help="Tệp kết quả đã công bố")]) -> None:
    """Tính lại kết quả từ tệp đã công bố; sai một byte cũng thấy."""
    raise typer.Exit(import_module("deploy.verify").verify(file))


@app.command(name="verify-register")
def verify_register(
    file: Annotated[Path, typer.Argument(help="Tệp niêm phong của sổ tiếp nhận")],
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON / as JSON")] = False,
) -> None:
    """Kiểm tra niêm phong hằng ngày của sổ tiếp nhận: sửa một dòng là thấy ngày nào, dòng nào; 0 nguyên vẹn, 1 bị sửa, 2 không đọc được."""
    raise typer.Exit(import_module("deploy.verify_register").verify(file, as_json=as_json))


@app.command()
def demo(
    folder: Folder,
    url: Annotated[
        str | None, typer.Option(help="Địa chỉ một hệ thống khác; mặc định là hệ thống trên máy này")
    ] = None,
    entries: Annotated[int, typer.Option(help="Số bài dự thi được nộp")] = 60,
    judges: Annotated[int, typer.Option(help="Số giám khảo")] = 6,
    finalists: Annotated[int, typer.Option(help="Số bài vào chung khảo")] = 6,
) -> None:
    """Diễn cả một cuộc thi qua HTTP, từ bản nháp đầu tiên đến kết quả công bố.

    Với --url, tài khoản quản trị lấy từ SUBMISSIONS_BOOTSTRAP_EMAIL và SUBMISSIONS_BOOTSTRAP_PASSWORD.
    """
    running, driver = import_module("deploy.running"), import_module("deploy.demo.driver")
    at, administrator = running.entrance(folder.resolve(), url)
    mail_url = "" if url else running.system(folder.resolve()).mail_url
    size = driver.Size(entries, judges, finalists)
    raise typer.Exit(driver.run(at, administrator, size, mail_url=mail_url))


@app.command()
def contest(
    folder: Folder,
    name: Annotated[
        str, typer.Argument(help="Tên tệp dữ liệu, ví dụ ha-noi-2025; bỏ trống để xem có những cuộc nào")
    ] = "",
    url: Annotated[
        str | None, typer.Option(help="Địa chỉ một hệ thống khác; mặc định là hệ thống trên máy này")
    ] = None,
) -> None:
    """Mở một cuộc thi có sẵn dưới dạng dữ liệu, nhận bài từ bây giờ. Với --url: như lệnh demo."""
    running, stage, load = (import_module(f"deploy.{one}") for one in ("running", "demo.stage", "demo.load"))
    known = load.contests()
    if name not in known:
        for file, one in known.items():
            typer.echo(f"{file}: {one.name}")
        raise typer.Exit(1 if name else 0)
    typer.echo(stage.open_one(*running.entrance(folder.resolve(), url), name))
