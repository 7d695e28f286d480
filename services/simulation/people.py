"""How willing simulated leads are: each team accepts a share of its offers, drawn once from a range."""

from __future__ import annotations

from linli.services.demo.behaviour import Behaviour, Offers, behaviour
from linli.services.demo.leads import Manners, as_assumed
from linli.services.demo.timed import chance


def manners_of(accept: tuple[float, float] | None, seed: int) -> Manners:
    """Return how leads behave.

    Parameters
    ----------
    accept
        From and to which share of offers a team accepts; None for what ``behaviour.toml`` assumes of all.
    seed
        Of the teams' shares.

    Notes
    -----
    What a team does not accept, it declines, leaves to expire or withdraws from in the proportions of
    ``behaviour.toml``.
    """
    if accept is None:
        return as_assumed
    known: dict[str, Behaviour] = {}

    def manner(team: str) -> Behaviour:
        if team not in known:
            known[team] = _accepting(chance(seed, "accepts", team).uniform(*accept))
        return known[team]

    return manner


def _accepting(share: float) -> Behaviour:
    usual = behaviour().offers
    rest = usual.declined + usual.expired + usual.withdrawn
    scale = 0.0 if rest == 0 else (1.0 - share) / rest
    offers = Offers(
        accepted=share,
        declined=min(1.0, usual.declined * scale),
        expired=min(1.0, usual.expired * scale),
        withdrawn=min(1.0, usual.withdrawn * scale),
    )
    return behaviour().model_copy(update={"offers": offers})
