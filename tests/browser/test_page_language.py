import json
import re
import shutil

import pytest
from playwright.sync_api import expect

from digit_recognizer.ink.decoding import FORMATS
from digit_recognizer.ui.language.language import FOLDER, catalog_paths
from tests.browser.digit_page import DIGITS
from tests.browser.server import ROOT, running_server, wait_for

# What may stand in Latin letters in a Chinese sentence: names, formats and keys.
NAMES = {
    "MNIST", "TensorFlow", "Keras", "MB", "logit", "Ctrl", "Z", "V", "Esc", "Escape", "Shift",
    *FORMATS,
}  # fmt: skip
# Texts and attributes that the page shows or that are read out, whether in view or not.
WORDS = r"""
() => {
  const attributes = ['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt'];
  const found = [];
  const filter = (node) => node.matches?.(
    'script, style, [translate=no], [data-testid=status-tracker]')
    ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
  const walker = document.createTreeWalker(
    document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, filter);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
    else for (const name of attributes) found.push(node.getAttribute(name) ?? '');
  }
  return found.map((text) => text.trim()).filter((text) => /\p{L}/u.test(text));
}
"""


@pytest.fixture
def chinese_tab(new_tab):
    return new_tab(locale="zh-CN")


def words(tab) -> list[str]:
    return tab.page.evaluate(WORDS)


def english(tab) -> list[str]:
    """What is not in Chinese."""
    return [text for text in words(tab) if set(re.findall(r"(?<!\d)[A-Za-z]+", text)) - NAMES]


def chinese(tab) -> list[str]:
    return [text for text in words(tab) if re.search("[\u4e00-\u9fff]", text)]


def switch(tab, language: str) -> None:
    tab.page.click(f"#language [data-language={language}]")
    expect(tab.page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.slow
def test_who_reads_chinese_sees_no_english_whatever_happens(chinese_tab):
    tab, status = chinese_tab, chinese_tab.status
    expect(tab.page).to_have_title("手写数字识别")
    expect(tab.page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert english(tab) == []
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    expect(tab.page.locator(".caption")).to_have_text(re.compile(r"有 \d+% 的把握"))
    for lesson, heading in (("stages", "教程的做法"), ("looks", "得分怎么来的")):
        tab.page.click(f'[data-lesson="{lesson}"]')
        expect(tab.page.locator("#lesson")).to_contain_text(heading)
        assert english(tab) == []
    tab.page.click('[data-lesson="teach"]')
    tab.page.click('[data-teach="1"]')
    expect(tab.page.locator("#teach .tray")).to_contain_text("1 个样本")
    assert english(tab) == []
    tab.page.click("#clear")
    tab.draw([[(0.2, 0.2), (0.8, 0.3), (0.2, 0.5), (0.8, 0.6), (0.2, 0.8), (0.9, 0.9)]])
    tab.page.locator("#prediction [data-unsure]").wait_for()
    assert english(tab) == []
    tab.upload({"name": "note.png", "mimeType": "image/png", "buffer": b"no picture"})
    tab.message()
    assert english(tab) == []
    tab.page.locator("#settings .label-wrap").click()
    tab.fill("#learning-rate input", "10")
    tab.page.keyboard.press("Tab")
    tab.page.click("#retrain")
    tab.wait_for_status("学习率是 10")
    assert english(tab) == []
    tab.choose("quick", 4)
    tab.page.click("#retrain")
    headlines, left = set(), set()

    def over():
        headlines.add(status.inner_text().partition("\n")[0])
        left.update(english(tab))
        return "训练完成：现在由你的网络回答" in headlines

    assert wait_for(over, 90), headlines
    assert left == set()
    assert any(re.fullmatch("第 [1-4] 轮，共 4 轮", headline) for headline in headlines), headlines
    assert "MNIST 的 60 个测试数字" in status.inner_text()
    tab.page.locator("#mistakes img").first.wait_for()
    tab.go_to_epoch(2)
    expect(tab.page.locator("#model-in-use")).to_contain_text("第 2 轮，共 4 轮")
    tab.page.locator("#test-report button[data-read-as]").first.click()
    expect(tab.page.locator("#mistakes h3")).to_contain_text("被读成")
    assert english(tab) == []


def test_the_switch_goes_both_ways_keeps_the_drawing_and_is_remembered(new_tab):
    tab = new_tab()
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    expect(tab.page.locator(".caption")).to_contain_text("% sure")
    before, ink, requests = words(tab), tab.ink(), []
    tab.page.on("request", lambda request: requests.append(request.url.rpartition("/")[2]))
    tab.page.locator("#language button:visible").focus()
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert english(tab) == []
    assert tab.page.evaluate("document.activeElement.textContent") == "English"
    tab.page.keyboard.press("Enter")
    assert words(tab) == before
    assert tab.ink() == ink
    assert [name.partition("-")[0] for name in requests] == ["zh"]  # its catalog, and once
    switch(tab, "zh-CN")
    tab.open(tab.page.url)
    assert english(tab) == []
    switch(tab, "en")
    assert chinese(tab) == []


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh-Hans-SG", "zh-CN"), ("zh", "zh-CN"), ("zh-TW", "en"), ("de-DE", "en")],
)
def test_the_browsers_language_decides_and_all_but_chinese_is_english(new_tab, locale, language):
    tab = new_tab(locale=locale)
    expect(tab.page.locator("html")).to_have_attribute("lang", language)
    assert (english(tab) == []) == (language == "zh-CN")


@pytest.fixture(scope="module")
def server_of_three_languages(tmp_path_factory):
    """`python app.py` with a third language, whose catalog translates two texts."""
    folder = tmp_path_factory.mktemp("language")
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    catalog = {"page": {"Undo": "Malfari", "Epoch {} of {}": "Epoko {} el {}"}, "gradio": {}}
    (folder / "eo.json").write_text(json.dumps(catalog), "utf-8")
    script = f"""
import runpy, sys
from pathlib import Path
from digit_recognizer.ui.language import language
language.FOLDER = Path({str(folder)!r})
language.LANGUAGES += (language.Language("eo", "Esperanto", "Al Esperanto"),)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
    with running_server(options=["-c", script], folder=ROOT) as server:
        yield server


def test_a_third_language_is_a_catalog_and_an_entry_and_makes_the_switch_a_menu(
    new_tab, server_of_three_languages
):
    tab = new_tab(server_of_three_languages.url, locale="eo")
    menu, undo = tab.page.get_by_role("combobox", name="Language"), tab.page.locator("#undo")
    assert menu.locator("option").all_inner_texts() == ["English", "中文", "Esperanto"]
    assert tab.page.locator("#language button").count() == 0
    expect(undo).to_have_text("Malfari")  # as the browser asks for it
    tab.page.evaluate("document.querySelector('#clear').textContent = 'Epoch 3 of 10'")
    expect(tab.page.locator("#clear")).to_have_text("Epoko 3 el 10")
    for language, said in (("en", "Undo"), ("zh-CN", "撤销"), ("eo", "Malfari"), ("zh-CN", "撤销")):
        tab.page.locator("#language").select_option(language)
        expect(tab.page.locator("html")).to_have_attribute("lang", language)
        expect(undo).to_have_text(said)
    tab.open(tab.page.url)
    expect(undo).to_have_text("撤销")
    expect(tab.page.locator("#language")).to_have_value("zh-CN")
    assert english(tab) == []


def test_in_a_chinese_browser_gradios_own_words_are_switched_to_english_too(chinese_tab):
    switch(chinese_tab, "en")
    assert chinese(chinese_tab) == []


def test_a_catalog_that_does_not_come_leaves_the_page_in_english_until_it_does(new_tab):
    tab = new_tab()
    catalog = re.compile(r"/assets/zh-CN-\w+\.json")
    tab.page.route(catalog, lambda route: route.fulfill(body=""))
    tab.page.click("#language [data-language=zh-CN]")
    tab.draw(DIGITS[7])
    tab.expect_digit(7)
    assert chinese(tab) == []
    tab.page.unroute(catalog)
    switch(tab, "zh-CN")
    assert english(tab) == []


def test_a_chinese_browser_without_the_catalog_gets_an_english_page(new_tab, server):
    tab = new_tab(locale="zh-CN")
    tab.page.route(re.compile(r"/assets/zh-CN-\w+\.json"), lambda route: route.fulfill(body=""))
    tab.open(server.url)  # a routed request is answered by no cache
    expect(tab.page.locator("html")).to_have_attribute("lang", "en")
    tab.draw(DIGITS[7])
    tab.expect_digit(7)


def test_every_entry_of_the_catalog_is_what_its_english_turns_into(chinese_tab):
    catalog = json.loads(catalog_paths()["zh-CN"].read_text("utf-8"))
    expected = {}
    for text, chinese in {**catalog["page"], **catalog["gradio"]}.items():
        values = [str(number) for number in range(7, 7 + text.count("{}"))]
        if re.search("[A-Za-z]", text):
            expected[text.replace("{}", "%s") % tuple(values)] = chinese.format(*values)
    shown = chinese_tab.page.evaluate(
        """async (texts) => {
          const place = document.body.appendChild(document.createElement('div'));
          const nodes = texts.map((text) => place.appendChild(document.createTextNode(text)));
          await new Promise((resolve) => { setTimeout(resolve); });
          return nodes.map((node) => node.data);
        }""",
        list(expected),
    )
    assert dict(zip(expected, shown, strict=True)) == expected


def test_what_is_not_in_the_catalog_or_not_to_be_translated_stays_as_it_is(chinese_tab):
    shown = chinese_tab.page.evaluate(
        """async () => {
          const place = document.body.appendChild(document.createElement('div'));
          place.innerHTML = '<p>Nobody says this</p><p translate="no" title="Stop">Stop</p>'
            + '<textarea>Stop</textarea><p>  Stop\\nEpoch 3 of 10 · 2 min 03 s  </p>'
            + '<p>Loaded network · &lt;b&gt;Stop &amp; go.npz</p>';
          await new Promise((resolve) => { setTimeout(resolve); });
          const [unknown, kept, lines, name] = place.querySelectorAll('p');
          lines.firstChild.data = lines.firstChild.data + ' ';
          return [unknown, kept, place.querySelector('textarea'), lines, name]
            .map((each) => each.textContent).concat(kept.title, place.querySelectorAll('b').length);
        }"""
    )
    assert shown == [
        "Nobody says this", "Stop", "Stop", "  停止\n第 3 轮，共 10 轮 · 2 分 03 秒   ",
        "你载入的网络 · <b>Stop & go.npz", "Stop", 0,
    ]  # fmt: skip
