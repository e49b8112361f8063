from . import command_wizard
