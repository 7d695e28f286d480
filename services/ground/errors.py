"""What can go wrong with the ground, said so that a person can act on it."""


class GroundError(Exception):
    """The local Kafka or Valkey cannot run.

    Parameters
    ----------
    what
        One sentence: what is wrong.
    remedy
        One sentence: what to do.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy
