"""Starts a headless Chromium that reaches only this machine, and reports its requests and errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

from build.errors import UserError
from build.host import commands

NAMES = (("chromium", "chromedriver"), ("google-chrome", "chromedriver"))
REQUEST = "Network.requestWillBeSent"
PATIENCE = 60  # seconds to wait until a page is loaded
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # a container may not have the sandbox, and the pages are this project's own
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--force-prefers-reduced-motion",
    "--lang=en-US",
)


class NoBrowser(UserError):
    template = (
        "Chromium and its driver are not both on PATH. Install them: apt-get install chromium chromium-driver "
        "(or your system's packages)."
    )


def find() -> tuple[Path, Path]:
    """Return the paths of the browser and its driver.

    Raises:
        NoBrowser
    """
    for names in NAMES:
        browser, driver = map(commands.find, names)
        if browser and driver:
            return browser, driver
    raise NoBrowser


@contextmanager
def start(width: int = 1240, height: int = 1000, scale: float = 1, dark: bool = False) -> Iterator[webdriver.Chrome]:
    """Start a browser with one window, which is closed at the end of the block.

    Args:
        width, height: the size of the window, in CSS pixels.

    Raises:
        NoBrowser
    """
    browser, driver = find()
    with TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = str(browser)
        for option in (*OPTIONS, f"--user-data-dir={profile}", f"--force-device-scale-factor={scale}"):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        started = webdriver.Chrome(options=options, service=Service(str(driver)))
        try:
            view(started, width, height, scale, dark)
            yield started
        finally:
            started.quit()


def view(browser: webdriver.Chrome, width: int, height: int, scale: float = 1, dark: bool = False) -> None:
    """Set the size of the window, and whether pages see that the user prefers light or dark colours."""
    size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def show(browser: webdriver.Chrome, url: str) -> None:
    """Show a page, and return when its scripts have run.

    The driver's own `get` may return early on a busy machine, with the earlier page still there.
    """
    browser.execute_script("window.isEarlier = true")
    browser.get(url)
    is_there = "return !window.isEarlier && location.href === arguments[0] && document.readyState === 'complete'"
    WebDriverWait(browser, PATIENCE).until(lambda driver: driver.execute_script(is_there, url))


def forget(browser: webdriver.Chrome) -> None:
    """Forget what pages have asked for and reported, such as those of an earlier test."""
    requested(browser)
    errors(browser)


def requested(browser: webdriver.Chrome) -> list[str]:
    """Return the URLs that pages have asked for since the last call of this function."""
    entries: list[dict[str, Any]] = browser.get_log("performance")  # type: ignore[no-untyped-call]
    messages = [json.loads(entry["message"])["message"] for entry in entries]
    sent = [message["params"]["request"]["url"] for message in messages if message["method"] == REQUEST]
    return [url for url in sent if not url.startswith(("data:", "chrome"))]  # chrome: is the browser's own first page


def errors(browser: webdriver.Chrome) -> list[str]:
    """Return the errors and warnings on the console since the last call of this function."""
    entries: list[dict[str, Any]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]
