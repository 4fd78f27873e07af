"""`invoke serve`, and its page in a real browser: what a person does there is answered by the estimator."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from bench import asking, browser
from bench import page as pictured
from build.package import function
from build.package.declared import Declared
from local import operations

PATIENCE = 60  # seconds for an answer


@pytest.fixture(scope="module")
def own(built, unpacked, tmp_path_factory):
    """A model with all kinds of columns: its folder has rows, and the estimator's own answers."""
    return pictured.fit(tmp_path_factory.mktemp("churn"), built.runtime, unpacked)


@pytest.fixture(scope="module")
def packaged(built, own, tmp_path_factory):
    """The folder in which that model is packaged."""
    shop = asking.Shop(built.out, built.runtime).counter(tmp_path_factory.mktemp("shop") / "dist")
    function.package(shop.out, own / "model.pkl", declared=Declared(example=own / "example.pkl"))
    return shop.out


@pytest.fixture(scope="module")
def url(packaged):
    with operations.serve(packaged, 0, print) as served:
        yield served


@pytest.fixture
def page(chromium, url):
    """The page, just opened; at the end it has asked no other host, and has told of no error."""
    browser.forget(chromium)
    browser.show(chromium, f"{url}/")
    yield chromium
    assert {each for each in browser.requested(chromium) if not each.startswith(f"{url}/")} == set()
    assert browser.errors(chromium) == []


def rows(own):
    return json.loads((own / "own.json").read_text())


def press(page, *keys):
    ActionChains(page).send_keys(*keys).perform()


def label(page):
    """The label of what has the focus."""
    return page.execute_script("return document.activeElement.labels?.[0]?.querySelector('span')?.textContent")


def typed(row):
    """The keys for each column of a row, by someone who sees no mouse."""
    month, day, year = re.sub(r"(\d+)-(\d+)-(\d+)T.*", r"\2 \3 \1", row["joined"]).split()
    hour, minute, second = map(int, row["joined"].partition("T")[2].split(":"))
    clock = f"{hour % 12 or 12:02}{minute:02}{second:02}{'PM' if hour >= 12 else 'AM'}"
    keys = {name: "" if value is None else str(value) for name, value in row.items()}
    return keys | {"joined": f"{month}{day}{year}{clock}", "paperless": " " if row["paperless"] else ""}


def fill_in(page, row):
    """Go from field to field by the tab key, and type; the columns in the order in which they came."""
    page.execute_script("document.activeElement.blur()")
    seen, keys = [], typed(row)
    while len(seen) < len(keys):
        press(page, Keys.TAB)
        name = label(page)
        if name in keys and name not in seen:
            press(page, keys[name])
            seen.append(name)
    return seen


def answers(page):
    return page.find_elements(By.CSS_SELECTOR, "#requests tr")


def send(page, *keys):
    """Send the form, by these keys or by Ctrl+Enter, and wait for the answer; what it says."""
    before = len(answers(page))
    if keys:
        press(page, *keys)
    else:
        ActionChains(page).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
    WebDriverWait(page, PATIENCE).until(lambda page: len(answers(page)) > before)
    return page.find_element(By.ID, "answer").text


def chances(page):
    """The probabilities that are drawn, by class, with all their digits."""
    titles = [each.get_attribute("title") for each in page.find_elements(By.CSS_SELECTOR, ".bars li")]
    return {name: float(number) for name, number in (title.rsplit(": ", 1) for title in titles)}


@pytest.mark.long
class TestPage:
    @pytest.mark.parametrize("number", [0, 1])
    def test_by_keyboard_alone_it_is_answered_by_the_estimator(self, page, own, number):
        expected = rows(own)[number]
        assert fill_in(page, expected["row"]) == list(expected["row"])
        said = send(page, Keys.TAB, Keys.TAB, Keys.ENTER)  # past the method, to the button
        assert said.splitlines()[0] == expected["predict"]
        assert list(chances(page).values()) == expected["predict_proba"]
        assert re.search(r"predict took \d+(\.\d+)? (ms|s), there and back$", said)

    def test_another_method_and_an_earlier_request(self, page, own):
        first, second = rows(own)
        fill_in(page, first["row"])
        press(page, Keys.TAB, "predict_proba", Keys.TAB)
        send(page, Keys.ENTER)
        assert list(chances(page).values()) == first["predict_proba"]
        browser.show(page, page.current_url)
        fill_in(page, second["row"])
        send(page)
        fields = page.execute_script("return form.state()")
        page.execute_script("form.restore(form.state().map(() => ['', '']))")
        page.find_element(By.CSS_SELECTOR, "#requests button").click()
        assert page.execute_script("return form.state()") == fields
        assert label(page) == "plan"

    def test_the_shown_lines_give_the_same_answer(self, page, own):
        expected = rows(own)[1]
        fill_in(page, expected["row"])
        python, curl = (page.find_element(By.ID, name).text for name in ("python", "curl"))
        asked = {"dataframe_records": [expected["row"]]}
        assert json.loads(curl.partition(" -d ")[2].strip("'")) == asked
        for argv in ([sys.executable, "-c", python], ["bash", "-c", f"{curl} --silent --noproxy '*'"]):
            done = subprocess.run(argv, env={**os.environ, "no_proxy": "*"}, capture_output=True, text=True, check=True)
            assert expected["predict"] in done.stdout

    def test_a_refusal_is_in_the_handlers_words(self, page, own):
        row = rows(own)[0]["row"]
        fill_in(page, row | {"age": 10**20 + 1})
        said = send(page)
        assert said.startswith(
            "400: row 0 of dataframe_records, column age: expected a whole number from -9223372036854"
        )
        assert "got 100000000000000000001" in said
        assert all(entry.endswith("400 (BAD REQUEST)") for entry in browser.errors(page))  # as the browser tells it

    def test_half_a_date_is_not_sent_as_a_missing_one(self, page, own):
        page.find_element(By.CSS_SELECTOR, "[type=datetime-local]").send_keys("0314")
        press(page, Keys.ENTER)
        assert (
            page.find_element(By.ID, "answer").text == "joined: this value is not complete. Complete it, or clear it."
        )
        assert label(page) == "joined" and not answers(page)

    @pytest.mark.parametrize("dark", [False, True])
    def test_a_phone_has_no_need_to_scroll_sideways(self, page, own, dark):
        browser.view(page, 360, 740, dark=dark)
        fill_in(page, rows(own)[1]["row"])
        send(page)
        widths = page.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        background = page.execute_script("return getComputedStyle(document.body).backgroundColor")
        browser.view(page, *pictured.SIZE)
        assert widths[0] <= widths[1]
        assert (sum(map(int, re.findall(r"\d+", background))) < 100) == dark

    def test_every_control_has_a_name(self, page):
        for each in page.find_elements(By.CSS_SELECTOR, "input, select, textarea, button, [role=region]"):
            assert each.accessible_name or not each.is_displayed(), each.get_attribute("outerHTML")


@contextmanager
def typed_by_a_user(root, *words):
    """The command as a user types it."""
    argv = [sys.executable, "-m", "invoke", "--search-root", str(root), "serve", *words]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.long
def test_the_command_says_how_to_ask_it_and_ctrl_c_ends_it_with_0(root, packaged):
    with typed_by_a_user(root, "--port", "0", "--out", str(packaged)) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Ctrl+C"):
                break
        curl = next(line for line in said if line.startswith("curl "))
        answered = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, check=True)
        assert len(json.loads(answered.stdout)["predictions"]) == 1
        url = re.search(r"(http://127\.0\.0\.1:\d+)/ has a form", "".join(said))[1]
        with urlopen(f"{url}/") as response:
            assert response.headers["content-type"].startswith("text/html")
            assert b"<form" in response.read()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, errors) == (0, "")
        assert rest.endswith("Ended.\n")


@pytest.mark.long
def test_a_port_that_is_taken_is_told_before_anything_is_started(root, packaged, url):
    port = url.rpartition(":")[2]
    with typed_by_a_user(root, "--port", port, "--out", str(packaged)) as process:
        printed, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed) == (1, "")
    assert re.fullmatch(
        rf"Error: Port {port} of 127\.0\.0\.1 cannot be served on \(.*\)\. Name another one, .*\n", errors
    )


def test_the_picture_is_small(root):
    assert Path(root / "docs" / "serve.png").stat().st_size < 200_000
