"""Odoo through odoorpc; the only place that imports it."""
