"""What browser tests do over and over: log in to Odoo, take a picture, hear what the page complains about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page
from playwright.sync_api import TimeoutError as TookTooLong

from tests.stack import ROOT, RunningOdoo

SCREENSHOTS = ROOT / ".cache" / "screenshots"
#: A loaded machine is slow and not wrong.
WAIT_MILLISECONDS = 90_000
#: A menu that was closed by a card drawn anew is opened again after so long, as a person would.
MENU_MILLISECONDS = 3_000
#: Chromium's own words for a request while a test has taken its network away: no fault of the page.
CUT_OFF = "net::ERR_INTERNET_DISCONNECTED"


@contextmanager
def logged_in(browser: Browser, odoo: RunningOdoo, login: str = "admin") -> Iterator[Page]:
    """An empty page of a user whose password is the login; at the end, a complaint of the page is an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    page.set_default_timeout(WAIT_MILLISECONDS)
    complaints = listen(page)
    try:
        who = {"db": odoo.server.database, "login": login, "password": login}
        answer = context.request.post(f"{odoo.url}/web/session/authenticate", data={"params": who})
        assert answer.json()["result"]["uid"], login
        yield page
    except BaseException as error:
        error.add_note(f"the page complained: {complaints}")
        raise
    finally:
        context.close()
    assert complaints == []


def listen(page: Page) -> list[str]:
    """A list that grows with each error of the page's scripts or console."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and CUT_OFF not in message.text:
            complaints.append(f"{message.text} ({message.location.get('url')})")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def choose(page: Page, menu: str, item: str) -> None:
    """Choose from a menu: it closes if what it belongs to is drawn anew, then it is opened once more."""
    for _ in range(WAIT_MILLISECONDS // MENU_MILLISECONDS):
        if not page.query_selector(item):
            page.click(menu)
        try:
            page.click(item, timeout=MENU_MILLISECONDS)
        except TookTooLong:
            continue
        return
    raise AssertionError(f"{menu} never let anybody choose {item}")


def take_picture(page: Page, name: str) -> Path:
    """A screenshot in `.cache/screenshots/`."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path
