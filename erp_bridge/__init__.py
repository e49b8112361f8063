"""The way to the ERP: a double in memory, Odoo through odoorpc, and the Odoo addon itself."""
