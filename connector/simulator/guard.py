"""The control API and the page are for this machine alone: loopback addresses, and no other site's pages."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, cast

from flask import abort, current_app, request

if TYPE_CHECKING:
    from .world import World

OWN_PAGES = ("", "none", "same-origin")


def here() -> World:
    """The world of the request."""
    return cast("World", current_app.extensions["simulator"])


def guard() -> None:
    """Refuses (403) who is not allowed to move the simulated people."""
    if request.headers.get("Sec-Fetch-Site", "") not in OWN_PAGES:
        abort(403)
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        abort(403)
    networks = (ipaddress.ip_network(network) for network in here().config.control_from)
    if not any(address in network for network in networks):
        abort(403)
