"""The tree of failures.

::

    BridgeError
    ├── BadSignature      a sender who cannot prove who it is: refused at the door (401)
    ├── Unreadable        no signature can be computed over this: refused at the door (400)
    ├── Unavailable       try later: ERP, platform or database away, rate limited
    │   ├── Busy          we have called as often as we may: nobody was asked
    │   └── InDoubt       it answers, but not whether an earlier call was taken
    └── Refused           a person must look: unreadable fact, ERP validation, contradicting refund
        └── Unauthorised  the platform does not let us ask about a shop
"""


class BridgeError(Exception):
    """The base of every failure that this package raises on purpose."""


class BadSignature(BridgeError):  # noqa: N818 - the plan's word
    """The sender's signature is missing, wrong, or of an app that is not ours."""


class Unreadable(BridgeError):  # noqa: N818 - the plan's word
    """The request cannot even be taken apart, so that no signature can be computed."""


class Unavailable(BridgeError):  # noqa: N818 - the plan's word
    """The other side cannot be reached or asks for patience; the same call may succeed later.

    ``unknown`` is true if the call may have taken effect (a time-out, a broken connection).
    """

    def __init__(self, message: str, *, unknown: bool = False) -> None:
        super().__init__(message)
        self.unknown = unknown


class Busy(Unavailable):
    """We have called as often as we may for now; nobody was asked.

    ``seconds`` is how long to wait.
    """

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class InDoubt(Unavailable):
    """The other side is there, but what it says does not exclude that an earlier call has taken effect."""

    def __init__(self, message: str) -> None:
        super().__init__(message, unknown=True)


class Refused(BridgeError):  # noqa: N818 - the plan's word
    """Repeating will not help; a person must look."""


class Unauthorised(Refused):
    """The platform does not know us, or does not let us do this for the shop: a person must be alarmed."""
