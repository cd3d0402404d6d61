"""Chromium on the web client, driven over its debugging protocol.

A ``Page`` keeps everything the console reports as an error; tests end with
``page.check()``.
"""

import base64
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import requests
import websocket

from tests.support.web import Session

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60
SIZE = (1600, 1000)
#: The client has finished what it was doing.
IDLE = """
document.readyState === 'complete'
&& !!document.querySelector('.o_action_manager > *')
&& !document.querySelector('.o_loading_indicator, .o_blockUI')
"""
#: Finds what a person would point at: the newest dialog, else the page.
HELPERS = """
window.crm = {
    scope() {
        const dialogs = document.querySelectorAll('.modal.o_technical_modal, .modal');
        return dialogs.length ? dialogs[dialogs.length - 1] : document;
    },
    visible(el) {
        return !!el && el.getClientRects().length > 0
            && getComputedStyle(el).visibility !== 'hidden';
    },
    find(selector, text) {
        const found = [...this.scope().querySelectorAll(selector)];
        return found.find((el) => this.visible(el)
            && (!text || (el.innerText || el.value || '').includes(text)));
    },
    click(selector, text) {
        const el = this.find(selector, text);
        if (!el) return false;
        el.scrollIntoView({block: 'center'});
        el.click();
        return true;
    },
    input(name) {
        const scope = this.scope();
        const rows = scope.querySelectorAll('.o_selected_row');
        const row = [...rows].find((el) => el.querySelector(`[name="${name}"]`));
        const found = [...(row || scope).querySelectorAll(
            `.o_field_widget[name="${name}"] input:not([type=checkbox]),`
            + `.o_field_widget[name="${name}"] textarea,`
            + `.o_field_widget[name="${name}"] select,`
            + `.o_field_widget[name="${name}"] [contenteditable=true]`
        )];
        return found.find((el) => this.visible(el));
    },
    type(name, value) {
        const el = this.input(name);
        if (!el) return false;
        el.scrollIntoView({block: 'center'});
        el.focus();
        if (el.isContentEditable) {
            el.innerText = value;
        } else if (el.tagName === 'SELECT') {
            const option = [...el.options].find((o) => o.text.trim() === value);
            if (!option) return false;
            el.value = option.value;
        } else {
            const proto = Object.getPrototypeOf(el);
            Object.getOwnPropertyDescriptor(proto, 'value').set.call(el, value);
        }
        el.dispatchEvent(new Event('input', {bubbles: true}));
        el.dispatchEvent(new Event('change', {bubbles: true}));
        return true;
    },
    tabs() {
        return document.querySelectorAll('.o_notebook .nav-link').length;
    },
    tab(index) {
        document.querySelectorAll('.o_notebook .nav-link')[index].click();
        return true;
    },
    count() {
        const limit = document.querySelector('.o_pager_limit');
        if (limit) return parseInt(limit.innerText.replace(/\\D/g, ''), 10);
        return document.querySelectorAll('.o_data_row').length;
    },
    blur() {
        if (document.activeElement) document.activeElement.blur();
        return true;
    },
    labels() {
        const selectors = [
            '.o_form_label', 'label', 'th', '.o_control_panel button',
            '.o_statusbar_status button', '.o_statusbar_buttons button', '.nav-link',
            '.o_menu_sections a', '.o_menu_sections button', '.breadcrumb-item',
            '.o_horizontal_separator', 'legend', '.o_stat_text', '.dropdown-item',
            '.badge', '.o_group_name', '.o_search_panel_section_header',
            '.o_facet_value',
            '.o_facet_label', '.o_view_nocontent', '.modal-title',
            '.modal-footer button',
            '.o_kanban_record span:not([name] span)', '.o_kanban_record strong',
            '.o_column_title', '.o_field_radio label', 'a.o_list_record_add',
            '.o_field_x2many_list_row_add a', '.o_pivot_measure_row', '.alert',
            '.o_setting_box label', '.o_setting_right_pane .text-muted',
        ];
        const result = new Set();
        for (const el of document.querySelectorAll(selectors.join(','))) {
            if (this.visible(el)) {
                for (const line of (el.innerText || '').split(/[\\n\\t]/)) {
                    if (line.trim()) result.add(line.trim());
                }
            }
        }
        for (const el of document.querySelectorAll('[placeholder], select option')) {
            if (el.tagName === 'OPTION') result.add(el.text.trim());
            else if (this.visible(el)) result.add(el.placeholder.trim());
        }
        return [...result];
    },
};
true
"""


def program():
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A headless Chromium."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="crm-browser-")
        width, height = SIZE
        self.child = subprocess.Popen(
            [
                program(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--lang=zh-CN",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                f"--user-data-dir={self.folder}",
                f"--window-size={width},{height}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.port = wait(self._port, "Chromium does not start")

    def _port(self):
        with contextlib.suppress(OSError, ValueError):
            lines = (Path(self.folder) / "DevToolsActivePort").read_text().splitlines()
            return int(lines[0])

    def page(self, site, login):
        """A new page on which a person is logged in; password as the login."""
        return Page(self.port, site, login)

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def wait(condition, message, seconds=SECONDS):
    """The first true result of a function; fails with the message."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(message() if callable(message) else message)
        time.sleep(0.1)


class Page:
    def __init__(self, port, site, login):
        self.site, self.login = site, login
        self.errors, self.logs, self._number = [], [], 0
        address = f"http://127.0.0.1:{port}/json"
        target = requests.put(f"{address}/new?about:blank", timeout=30).json()
        self.socket = websocket.create_connection(
            target["webSocketDebuggerUrl"], timeout=SECONDS
        )
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.command(f"{domain}.enable")
        width, height = SIZE
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self._log_in()

    def _log_in(self):
        session = Session(self.site, self.login).http
        for name, value in session.cookies.items():
            self.command("Network.setCookie", name=name, value=value, url=self.site.url)

    def become(self, login):
        """Let somebody else sit down at this page; the browser knows one person."""
        self.login = login
        self._log_in()
        return self

    # -- protocol -----------------------------------------------------------------
    def command(self, method, **parameters):
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            self._event(answer)

    def _event(self, message):
        parameters = message.get("params", {})
        match message.get("method"):
            case "Runtime.exceptionThrown":
                details = parameters["exceptionDetails"]
                exception = details.get("exception", {})
                self.errors.append(exception.get("description") or details["text"])
            case "Runtime.consoleAPICalled":
                text = " ".join(
                    str(part.get("value", part.get("description")))
                    for part in parameters["args"]
                )
                self.logs.append(text)
                if parameters["type"] in ("error", "assert"):
                    self.errors.append(text)
            case "Page.javascriptDialogOpening":
                # "Leave the page?": yes; its answer is of no interest.
                self._number += 1
                self.socket.send(
                    json.dumps(
                        {
                            "id": self._number,
                            "method": "Page.handleJavaScriptDialog",
                            "params": {"accept": True},
                        }
                    )
                )
            case "Log.entryAdded":
                entry = parameters["entry"]
                if entry["level"] == "error":
                    self.errors.append(f"{entry['text']} {entry.get('url', '')}")

    def run(self, code):
        """Value of a JavaScript expression; promises are awaited."""
        answer = self.command(
            "Runtime.evaluate",
            expression=code,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            raise AssertionError(json.dumps(answer["exceptionDetails"])[:1500])
        return answer["result"].get("value")

    # -- what a person does ---------------------------------------------------------
    def open(self, path):
        """Open a page and wait until it is there."""
        # A tab behind another one draws nothing.
        self.command("Page.bringToFront")
        self.command("Page.navigate", url=f"{self.site.url}{path}")
        self.idle()

    def idle(self):
        time.sleep(0.15)
        wait(lambda: self.run(IDLE), lambda: f"{self.where()} is not done")
        self.run(HELPERS)

    def where(self):
        return self.run("location.href + ' ' + document.body.innerText.slice(0, 800)")

    def click(self, selector, text=""):
        """Click what is visible, in the dialog when one is open."""
        code = f"crm.click({json.dumps(selector)}, {json.dumps(text)})"
        wait(
            lambda: self.run(code), lambda: f"no {selector} {text}: {self.where()}", 20
        )
        self.idle()

    def button(self, name, text):
        """Click the button of a method, which must carry the Chinese text."""
        self.click(f'button[name="{name}"]', text)

    def save(self):
        self.run("crm.blur()")
        self.click(".o_form_button_save")
        wait(
            lambda: self.run(
                "!document.querySelector('.o_form_button_save')"
                " || !crm.visible(document.querySelector('.o_form_button_save'))"
            ),
            lambda: f"not saved: {self.where()}",
            20,
        )

    def fill(self, name, value):
        """Type into a field; chooses the entry of a many2one."""
        code = f"crm.type({json.dumps(name)}, {json.dumps(value)})"
        wait(lambda: self.run(code), lambda: f"no field {name}: {self.where()}", 20)

    def choose(self, name, value):
        """Type into a many2one and take the entry that holds the text."""
        self.fill(name, value)
        self.click_anywhere(
            ".o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option)", value
        )

    def select(self, name, text):
        """Take the entry of a selection field."""
        self.click(f'.o_field_widget[name="{name}"] .o_select_menu input')
        self.click_anywhere(".o_select_menu_item", text)

    def tab(self, text):
        """Open the page of a form's notebook with this title."""
        self.click(".o_notebook .nav-link", text)

    def count(self):
        """Number of records of the list on the screen."""
        return self.run("crm.count()")

    def click_anywhere(self, selector, text=""):
        """As ``click``, with menus that hang outside of dialogs."""
        code = (
            f"[...document.querySelectorAll({json.dumps(selector)})].some((el) =>"
            f" crm.visible(el) && el.innerText.includes({json.dumps(text)})"
            " && (((el.querySelector('a') || el).click()), true))"
        )
        wait(
            lambda: self.run(code), lambda: f"no {selector} {text}: {self.where()}", 20
        )
        self.idle()

    def menu(self, *texts):
        """Choose from the app's menus."""
        self.click(".o_menu_sections .dropdown-toggle, .o_menu_sections a", texts[0])
        for text in texts[1:]:
            self.click_anywhere(".o-dropdown--menu .dropdown-item", text)

    def state(self):
        """The step that the status bar shows."""
        return self.run(
            "(document.querySelector('.o_statusbar_status .o_arrow_button_current')"
            " || {innerText: ''}).innerText.trim()"
        )

    def expect_state(self, text):
        wait(
            lambda: self.state() == text,
            lambda: f"state is {self.state()}, not {text}: {self.where()}",
            20,
        )

    def record_id(self):
        """Id of the record of the open form, from the address."""
        found = wait(
            lambda: re.search(r"/(\d+)(?:\?|$)", self.run("location.href")),
            lambda: f"no record in {self.run('location.href')}",
            20,
        )
        return int(found.group(1))

    def text(self):
        return self.run("document.body.innerText")

    def expect_text(self, text):
        wait(lambda: text in self.text(), lambda: f"no {text}: {self.where()}", 20)

    def picture(self, path):
        """Save what is on the screen as a PNG."""
        image = self.command("Page.captureScreenshot", format="png")["data"]
        Path(path).write_bytes(base64.b64decode(image))

    def labels(self):
        return self.run("crm.labels()")

    def close(self):
        self.socket.close()

    # -- judgement --------------------------------------------------------------------
    def check(self):
        """Fail on anything the console reported as an error."""
        self.run("1")
        assert not self.errors, "\n".join(self.errors)


#: Words that are the same in Chinese.
SAME = re.compile(
    r"\b(?:ID|URL|PDF|XLSX?|CSV|JSON|API|IBAN|GPS|CNY|USD|EUR|OK|VIP|R&D|"
    r"Excel|Odoo|JPEG|PNG|UTC|SMS|QR|VAT|BIC|Studio|MHz|Enter|Ctrl|Alt|Tab)\b"
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Codes in capitals are no words.
WORD = re.compile(r"[A-Za-z][a-z]{2,}")


def english(labels):
    """Labels without Chinese that hold an English word."""
    return sorted(
        label
        for label in labels
        if not CHINESE.search(label) and WORD.search(SAME.sub("", label))
    )
