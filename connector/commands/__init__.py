"""What stands behind each command of ``waimai``; :mod:`connector.cli` loads only the one that is asked for."""
