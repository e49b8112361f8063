from odoo import models

from .access import DESK, MANAGER


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Add the channels of the stores that the user may see."""
        channels = list(channels)
        user = self.env.user
        if user.has_group(MANAGER) or user.has_group(DESK):
            channels.extend(self.env["waimai.store"].search([]))
        return super()._build_bus_channel_list(channels)
