from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    waimai_connector_url = fields.Char(
        "Connector Address", config_parameter="waimai_bridge.connector_url", help="http://host:8000"
    )
    waimai_hook_secret = fields.Char(
        "Connector Secret",
        config_parameter="waimai_bridge.hook_secret",
        help="whsec_ and base64, as the connector has it.",
    )
    waimai_tax_id = fields.Many2one(related="company_id.waimai_tax_id", readonly=False)
