"""``export``: what is listed once in Linli, as text for other programs and for counties to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from linli.services.cli.options import AsJson, District
from linli.services.cli.report import CsvFile, Force, FromDay, UntilDay
from linli.services.cli.words import both

ORDERS_DEFAULT = 20
"""Enough to see every part of a day, few enough to read."""

Folder = Annotated[
    Path | None,
    typer.Option("--out", help=both("Write one file per schema into this folder.", "每个模式一个文件，写入此文件夹。")),
]
Which = Annotated[
    Literal["orders", "teams", "organisation"],
    typer.Argument(help=both("Of which sheet.", "哪种表格。")),
]
Count = Annotated[int, typer.Option("--count", min=1, max=5_000, help=both("How many.", "数量。"))]
Seed = Annotated[int, typer.Option("--seed", help=both("Another seed, other orders.", "随机种子。"))]
Day = Annotated[
    str | None,
    typer.Option("--day", help=both("For which day, like 2026-03-16.", "日期，如 2026-03-16。")),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    export = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, help=both("Lists and samples, as text.", "导出清单和样例。")
    )
    export.command("schemas", help=both("JSON Schemas of every event.", "全部事件的 JSON Schema。"))(schemas)
    export.command("openapi", help=both("The gateway's API, OpenAPI 3.1.", "网关接口说明（OpenAPI 3.1）。"))(openapi)
    export.command("topics", help=both("The topics with their settings.", "主题及其设置。"))(topics)
    export.command("acls", help=both("What each process may do on Kafka.", "各进程在 Kafka 上的最小权限。"))(acls)
    export.command("menu", help=both("The sample service menu, as TOML.", "服务清单样例（TOML）。"))(menu)
    export.command("admission", help=both("The sample task admission list, as TOML.", "准入清单样例（TOML）。"))(
        admission
    )
    export.command(
        "policy",
        help=both("A pattern of a county's policy (LINLI_POLICY), as TOML.", "区县策略样例（LINLI_POLICY，TOML）。"),
    )(policy)
    export.command("columns", help=both("The columns of a CSV.", "CSV 表格的列。"))(columns)
    export.command(
        "sample-teams", help=both("54 synthetic teams for `teams import`.", "54 支虚构队伍，供 `teams import` 使用。")
    )(sample_teams)
    export.command(
        "sample-units",
        help=both(
            "84 synthetic units with 1,600 members for `teams import`.",
            "84 个虚构报到单位、1600 名党员，供 `teams import` 使用。",
        ),
    )(sample_units)
    export.command(
        "sample-organisation",
        help=both(
            "The synthetic county's organisation, for `organisation import`.",
            "虚构组织树（CSV），供 `organisation import` 使用。",
        ),
    )(sample_organisation)
    export.command(
        "sample-orders", help=both("A CSV of synthetic orders for `submit`.", "虚构点单 CSV，供 `submit` 使用。")
    )(sample_orders)
    export.command(
        "sample-sheets",
        help=both("Two synthetic sheets for `plan`, as hands write them.", "两张虚构的手工表，供 `plan` 试用。"),
    )(sample_sheets)
    export.command("service-records", help=both("Volunteer service records of a period.", "志愿服务记录。"))(
        service_records
    )
    export.command("sample-map", help=both("A sample mapping file, as TOML.", "映射文件样例（TOML）。"))(sample_map)
    export.command("prices", help=both("The policy's prices, with their units.", "策略的各项价格及单位。"))(prices)
    app.add_typer(export, name="export")


def schemas(out: Folder = None, as_json: AsJson = False) -> int:
    """Write the JSON Schemas: one object by event type, or one file each."""
    from linli.services.cli.exports import write_schemas

    write_schemas(out, as_json=as_json)
    return 0


def openapi(as_json: AsJson = False) -> int:
    """Write the description of the gateway's API, OpenAPI 3.1; with or without ``--json`` the same."""
    import json
    import sys

    from linli.services.gateway.app import make_app
    from linli.services.gateway.description import describe

    sys.stdout.write(json.dumps(describe(make_app()), ensure_ascii=False, indent=1) + "\n")
    return 0


def topics(as_json: AsJson = False) -> int:
    """Write the topic registry."""
    from linli.services.cli.exports import write_topics
    from linli.services.cli.out import Out

    write_topics(Out(as_json))
    return 0


def acls(as_json: AsJson = False) -> int:
    """Write what each process may do on Kafka, as commands of Kafka's own tool, or with ``--json`` as data."""
    from linli.services.cli.access_list import write_acls
    from linli.services.cli.out import Out

    write_acls(Out(as_json))
    return 0


def menu(as_json: AsJson = False) -> int:
    """Write the service menu."""
    from linli.services.cli.exports import write_list

    write_list("service_menu.toml", as_json=as_json)
    return 0


def admission(as_json: AsJson = False) -> int:
    """Write the task admission list."""
    from linli.services.cli.exports import write_list

    write_list("task_admission.toml", as_json=as_json)
    return 0


def policy(as_json: AsJson = False) -> int:
    """Write the pattern of a policy."""
    from linli.services.cli.exports import write_list

    write_list("policy_sample.toml", as_json=as_json)
    return 0


def prices(as_json: AsJson = False) -> int:
    """Write what everything costs that is not a hard rule."""
    from linli.services.cli.here import Here
    from linli.services.cli.out import Out
    from linli.services.cli.price_list import write_prices

    write_prices(Here.look(), Out(as_json))
    return 0


def columns(which: Which = "orders", as_json: AsJson = False) -> int:
    """Write the columns of a CSV: names, other names, meaning."""
    from linli.services.cli.exports import write_columns
    from linli.services.cli.out import Out

    write_columns(which, Out(as_json))
    return 0


def sample_teams(day: Day = None, as_json: AsJson = False) -> int:
    """Write the synthetic teams, one JSON object a line; with or without ``--json`` the same."""
    from linli.services.cli.samples import day_of, write_teams

    write_teams(day_of(day))
    return 0


def sample_units(day: Day = None, as_json: AsJson = False) -> int:
    """Write the synthetic units and single members, one JSON object a line; with or without ``--json`` the same."""
    from linli.services.cli.samples import day_of, write_units

    write_units(day_of(day))
    return 0


def sample_organisation(as_json: AsJson = False) -> int:
    """Write the synthetic organisation as CSV, parents first; with or without ``--json`` the same."""
    from linli.services.cli.samples import write_organisation

    write_organisation()
    return 0


def sample_orders(count: Count = ORDERS_DEFAULT, seed: Seed = 1, day: Day = None, as_json: AsJson = False) -> int:
    """Write synthetic orders as CSV, or with ``--json`` as one JSON object a line."""
    from linli.services.cli.samples import day_of, write_orders

    write_orders(count, seed, day_of(day), as_json=as_json)
    return 0


def sample_sheets(
    folder: Annotated[Path, typer.Option("--out", help=both("The folder to write into.", "写入的文件夹。"))] = Path(
        "."
    ),
    count: Annotated[int, typer.Option("--count", min=1, max=3_000, help=both("How many orders.", "工单数。"))] = 200,
    seed: Seed = 1,
    day: Day = None,
    force: Annotated[bool, typer.Option("--force", help=both("Replace what is there.", "覆盖已有文件。"))] = False,
    as_json: AsJson = False,
) -> int:
    """Write a sheet of orders and one of teams."""
    from linli.services.cli.out import Out
    from linli.services.cli.samples import day_of
    from linli.services.county_files import load_menu
    from linli.services.settings import load_settings
    from linli.services.sheets.sample_sheets import write_samples

    made = write_samples(folder, count, seed, day_of(day), load_menu(load_settings()), overwrite=force)
    out = Out(as_json)
    out.data({"files": [str(file) for file in made], "synthetic": True})
    listed = ", ".join(str(file) for file in made)
    out.say(f"Synthetic sheets: {listed}.", f"已生成虚构表格：{listed}。")
    return 0


def service_records(
    start: FromDay = "",
    until: UntilDay = "",
    csv: CsvFile = None,
    district: District = None,
    force: Force = False,
    as_json: AsJson = False,
) -> int:
    """Write the volunteer service records that began in a period: a table, a CSV, or JSON."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out
    from linli.services.cli.report_sheet import Files, show_report

    given = {"from": start, "until": until}
    run(show_report(Here.look(), Out(as_json), "service-records", given, district, Files(csv, None, force)))
    return 0


def sample_map(as_json: AsJson = False) -> int:
    """Write a mapping file with every possibility, with its explanations."""
    from linli.services.cli.exports import write_sample_map

    write_sample_map(as_json=as_json)
    return 0
