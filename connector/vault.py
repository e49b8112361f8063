"""The codec that raw rows and personal fields pass through on their way into the database and out of it.

The first byte names the format, so that rows written in different formats can lie side by side.
"""

from typing import Final

from connector.domain.errors import Refused

_PLAIN: Final = b"\x00"


class Vault:
    """Seals and opens bytes; today the plain format is the only one.

    >>> Vault().open(Vault().seal(b"{}"))
    b'{}'
    """

    __slots__ = ()

    def seal(self, content: bytes) -> bytes:
        """What is written to the database for this content."""
        return _PLAIN + content

    def open(self, sealed: bytes) -> bytes:
        """The content of what :meth:`seal` gave.

        Raises:
            Refused: written in a format that this version does not know.
        """
        if sealed[:1] != _PLAIN:
            raise Refused("a stored row is in a format that this version cannot open")
        return bytes(sealed[1:])
