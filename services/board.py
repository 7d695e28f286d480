"""The board's process: ``python -m linli.services.board`` or ``linli run board``."""

from __future__ import annotations

from linli.schemas.metrics import SECTIONS
from linli.services.ground.reach import reach_kafka
from linli.services.metrics_server import serve_metrics
from linli.services.process import run_process
from linli.services.settings import Settings
from linli.services.wiring import kafka_of, redis_of
from linli.streams.board.follower import Board, cluster_id
from linli.streams.board.store import BoardStore, connect
from linli.streams.ground_facts import read_facts
from linli.streams.meters import Meters


async def run_board(settings: Settings) -> None:
    """Write the board until cancelled.

    Raises
    ------
    SettingsError
        If it is not said where Kafka and Redis are.
    linli.services.ground.errors.GroundError
        If Kafka does not answer or does not let us in.
    Exception
        Whatever `linli.streams.board.follower.Board.run` raises.
    """
    address = kafka_of(settings)
    await reach_kafka(address)
    facts = await read_facts(address)
    client = connect(redis_of(settings))
    meters = Meters(SECTIONS["board"])
    serve_metrics(settings, "board", meters)
    try:
        store = BoardStore(client, await cluster_id(address))
        await Board(address, store, facts.district_map.partitions, meters).run()
    finally:
        await client.aclose()


def main() -> None:
    """Run the process."""
    run_process("board", run_board)


if __name__ == "__main__":
    main()
