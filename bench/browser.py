"""A headless Chromium, which reaches this machine alone and tells what it asked for and what went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from build.errors import UserError
from build.host import commands

NAMES = (("chromium", "chromedriver"), ("google-chrome", "chromedriver"))
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # which a container may not have; the pages are this project's own
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
    """The browser and its driver.

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
    """A browser with one window, until the block ends.

    Args:
        width, height: of the window, in pixels of CSS.

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
    """Have the page see a window of this size, and light or dark colours wanted."""
    size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def requested(browser: webdriver.Chrome) -> list[str]:
    """The URLs that pages asked for since this was last called."""
    told = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [each["params"]["request"]["url"] for each in told if each["method"] == "Network.requestWillBeSent"]
    return [url for url in sent if not url.startswith(("data:", "chrome"))]  # chrome: the browser's own first page


def errors(browser: webdriver.Chrome) -> list[str]:
    """What the console told since this was last called."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
