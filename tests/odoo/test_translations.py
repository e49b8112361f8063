"""Every word of the addon is there in Chinese, as Odoo itself gathers them."""

from tests.stack import odoo_database

MISSING = """
import polib
from odoo.tools.misc import file_path
from odoo.tools.translate import TranslationModuleReader

known = {entry.msgid for entry in polib.pofile(file_path("waimai_bridge/i18n/zh_CN.po")) if entry.msgstr}
told = {row[4] for row in TranslationModuleReader(env.cr, modules=["waimai_bridge"])}
result = {"missing": sorted(told - known), "told": len(told)}
"""


def test_every_word_is_there_in_chinese():
    with odoo_database() as database:
        words = database.ask(MISSING)
    assert words["told"] > 500
    assert words["missing"] == []
