"""The whole product starts on services of its own."""

import json
import urllib.request

from tests import stack as services


def test_the_product_is_ready_with_every_service_named():
    with services.fresh_product() as settings:
        with urllib.request.urlopen(f"{settings['WEB_URL']}/readyz", timeout=30) as answer:
            assert json.load(answer) == {"status": "ok", "database": "ok", "redis": "ok", "odoo": "ok"}
        with urllib.request.urlopen(f"{settings['SIMULATOR_URL']}/sim/pushes", timeout=30) as answer:
            assert json.load(answer)["waiting"] == 0
