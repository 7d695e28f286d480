"""Free ports on the loopback address."""

import secrets
import socket
from collections.abc import Collection

LOOPBACK = "127.0.0.1"
"""Everything the ground starts listens here and nowhere else."""

PORTS = range(20_000, 30_000)
"""Where ports are taken from: below every system's range for outgoing connections. In that range a client that keeps
connecting to a dead broker can be given the broker's own port as its source, and so keep the broker from returning."""

TRIES = 200
"""How many ports are tried. With a tenth of the range taken, two hundred failures in a row do not happen."""


def is_free(port: int) -> bool:
    """Tell whether a server could listen on a loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a port whose last connections are only waiting out their time counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port(others: Collection[int] = ()) -> int:
    """Find a port that nobody listens on.

    Parameters
    ----------
    others
        Ports that are meant for something else and therefore not given.

    Raises
    ------
    OSError
        If none was found; then the machine has a worse problem than this.

    Notes
    -----
    Somebody else may take the port before it is used. Whoever starts a server must be ready to try another.
    """
    for _ in range(TRIES):
        port = secrets.choice(PORTS)
        if port not in others and is_free(port):
            return port
    raise OSError(f"no free port was found between {PORTS.start} and {PORTS.stop - 1} on {LOOPBACK}")
