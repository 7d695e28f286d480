"""``organisation``: the tree of who answers for which places."""

from __future__ import annotations

from typing import Annotated

import typer

from linli.services.cli.options import (
    AsJson,
    Check,
    District,
    InputFile,
    MappingFile,
    ReturnedFile,
    SheetName,
    Source,
    Zone,
)
from linli.services.cli.words import both

NodeName = Annotated[str, typer.Argument(metavar="NODE", help=both("The node's id.", "组织编号。"))]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    organisation = typer.Typer(
        help=both("The organisation: who answers for which places.", "组织树：各级组织、所辖网格与联系人。"),
        no_args_is_help=True,
    )
    organisation.command(
        "import",
        help=both("Take in nodes from a spreadsheet, NDJSON or JSON.", "导入组织（xlsx、CSV、NDJSON 或 JSON）。"),
    )(import_nodes)
    organisation.command("list", help=both("Show the tree.", "列出组织树。"))(list_nodes)
    organisation.command("show", help=both("Show a node and who is above it.", "查看一级组织及其上级。"))(show_node)
    app.add_typer(organisation, name="organisation")


def import_nodes(
    file: InputFile,
    check: Check = False,
    source: Source = "desk",
    district: District = None,
    zone: Zone = "Asia/Shanghai",
    mapping: MappingFile = None,
    sheet: SheetName = None,
    returned: ReturnedFile = None,
    as_json: AsJson = False,
) -> int:
    """Send a file of nodes, parents first whatever their order; a later node of an id replaces the earlier one."""
    from linli.services.cli.here import run
    from linli.services.cli.importing import Sending, send_file
    from linli.services.cli.organisation_sheet import known_tree
    from linli.services.cli.out import Out
    from linli.services.sheets.node_columns import NODE_COLUMNS, in_tree_order

    async def work() -> int:
        tree = await known_tree(district, check=check)
        wanted = Sending(
            file,
            NODE_COLUMNS,
            source,
            district,
            zone,
            check,
            mapping,
            sheet,
            returned,
            arrange=in_tree_order(tree, whole=not check),
        )
        return await send_file(wanted, Out(as_json))

    return run(work())


def list_nodes(as_json: AsJson = False) -> int:
    """Show the tree as the dispatcher applied it."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.organisation_sheet import show_tree
    from linli.services.cli.out import Out

    async def work() -> int:
        async with Here.look().board() as board:
            found = await board.nodes()
        show_tree(found, Out(as_json))
        return 0

    return run(work())


def show_node(node: NodeName, as_json: AsJson = False) -> int:
    """Show a node, the nodes above it, and whether somebody is told there; never who."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.organisation_sheet import show_one
    from linli.services.cli.out import Out

    async def work() -> int:
        async with Here.look().board() as board:
            found = await board.nodes()
        show_one(node, found, Out(as_json))
        return 0

    return run(work())
