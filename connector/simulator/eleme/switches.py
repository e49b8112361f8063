"""The switches that only Ele.me's pushes have (platform page 8)."""

from __future__ import annotations

from dataclasses import dataclass

from connector.simulator.switches import Switches


@dataclass(kw_only=True)
class ElemeSwitches(Switches):
    """In the body: `type_as_text`, `user_id_as_text`, `escaped`, `pretty`; `slim` a 217 for a 10.

    `slim_refunds` requests without type and money. `new_request_id`: a re-push gets an id of its own.
    `not_reached_kept`: reading the list of what did not arrive does not empty it.
    """

    type_as_text: float = 0.0
    user_id_as_text: float = 0.0
    escaped: float = 0.0
    pretty: float = 0.0
    slim: float = 0.0
    slim_refunds: float = 0.0
    new_request_id: bool = False
    not_reached_kept: bool = False
