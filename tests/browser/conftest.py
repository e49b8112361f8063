"""A real Chromium for tests, and one page per user."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import stack as services
from tests.browser.pages import take_picture

#: Characters of a page that the report of a failed test shows.
SHOWN = 2000

# The last three keep it from asking for things on the network that no test needs.
FLAGS = [
    "--no-sandbox",  # as root it refuses to start otherwise
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A test that fails tells what its pages showed."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if call.excinfo is not None and browser is not None:
        for number, page in enumerate(page for context in browser.contexts for page in context.pages):
            picture = take_picture(page, f"failed-{item.name}-{number}")
            report.sections.append((f"{page.url}, {picture}", page.inner_text("body")[:SHOWN]))
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; every test opens a context (cookies of its own) in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYWRIGHT_NODEJS_PATH", services.playwright_driver())
        yield from _launched()


def _launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=services.chromium_program(), args=FLAGS)
        yield browser
        browser.close()
