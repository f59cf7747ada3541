"""The report in a real browser: nothing of an article runs, filters filter, no network is asked.

Skipped where there is no Chromium (Debian: chromium).
"""

import sys

import pytest
from browser import browser, find_browser
from report_rows import HOSTILE_TEXTS, hostile_rows, many_rows, row, write_rows

from vectorclf.records import Article
from vectorclf.report import article_page, write_report

pytestmark = [
    pytest.mark.skipif(find_browser() is None, reason="no chromium"),
    pytest.mark.skipif(sys.platform == "win32", reason="pipes are handed over as on Unix"),
]

FOUND = "document.getElementById('found').textContent"
TITLES = """(() => { const more = document.querySelector('#more');
    while (!more.hidden) more.firstElementChild.click();
    return [...document.querySelectorAll('.card h3')].map(x => x.textContent); })()"""


@pytest.fixture(scope="module")
def page():
    with browser() as made:
        yield made


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    rows = many_rows(300)
    write_report(write_rows(folder / "rows.jsonl", rows), folder / "report.html")
    return folder / "report.html", rows


def test_hostile_articles_run_nothing_and_ask_no_network(page, tmp_path):
    rows = write_rows(tmp_path / "rows.jsonl", hostile_rows())
    write_report(rows, tmp_path / "r.html", title=HOSTILE_TEXTS[0],
                 manifest={HOSTILE_TEXTS[1]: HOSTILE_TEXTS[3]})
    page.look(width=390, height=800)
    page.open(tmp_path / "r.html")
    n_cards = len(page.evaluate(TITLES))
    page.evaluate("document.querySelectorAll('.card details').forEach(x => x.open = true)")
    page.evaluate("document.querySelectorAll('.card *').forEach(x => { x.focus(); "
                  "x.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})); })")
    page.evaluate("new Promise(done => setTimeout(done, 200))")
    assert n_cards == len(HOSTILE_TEXTS)
    assert page.evaluate("typeof window.ran") == "undefined"
    assert not page.told("Page.javascriptDialogOpening")
    assert not page.told("Runtime.exceptionThrown") and not page.told("Log.entryAdded")
    assert [r["request"]["url"].split(":")[0] for r in page.told("Network.requestWillBeSent")
            ] == ["file"]
    links = page.evaluate("[...document.querySelectorAll('.card a')].map(x => x.href)")
    assert set(links) == {"https://ok.example/a?b=1&c"}
    signs = page.evaluate("[...document.querySelectorAll('.card .ctl')].map(x => x.textContent)")
    assert {"RLO", "PDF", "LRI", "PDI", "ESC", "9B", "LS", "PS", "BOM"} <= set(signs)
    assert "W" * 500 in page.evaluate("document.querySelector('#cards').textContent")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390  # huge words are broken


def test_the_policy_stops_a_script_that_got_in_all_the_same(page, report):
    page.open(report[0])
    refused = page.evaluate("""(() => { try { document.body.insertAdjacentHTML('beforeend',
        '<img src=x onerror="window.ran=1">'); return false; } catch { return true; } })()""")
    page.evaluate("""new Promise(done => { const x = new Image();
        x.onerror = done; x.onload = done; x.src = 'https://evil.example/x.png'; })""")
    assert refused and page.evaluate("typeof window.ran") == "undefined"
    assert any("Content Security Policy" in e["entry"]["text"] for e in page.told("Log.entryAdded"))


@pytest.mark.parametrize(("fragment", "keep"), [
    ("label=honey_trap", lambda r, tags: "honey_trap" in tags),
    ("label=honey_trap,ideology", lambda r, tags: {"honey_trap", "ideology"} <= tags.keys()),
    ("label=ideology&status=alleged,disputed",
     lambda r, tags: tags.get("ideology", {}).get("status") in ("alleged", "disputed")),
    ("p=0.8", lambda r, tags: any(t["probability"] >= 0.8 for t in tags.values())),
    ("label=financial_gain&p=0.7&status=asserted",
     lambda r, tags: tags.get("financial_gain", {}).get("status") == "asserted"
     and tags["financial_gain"]["probability"] >= 0.7),
    ("q=zurich", lambda r, tags: any("Zürich" in t["evidence"][0]["quote"]
                                     for t in tags.values())),
    ("q=%22number 3%22 flattered", lambda r, tags: any(
        "number 3" in t["evidence"][0]["quote"] and "flattered" in t["evidence"][0]["quote"]
        for t in tags.values())),
    ("time=2004+Q2", lambda r, tags: tags and r["date"].startswith("2004")),
    ("untagged=1", lambda r, tags: True),
    ("label=%22%3E%3Cscript%3E&p=NaN&order=x&time=9&status=asserted,alleged,disputed",
     lambda r, tags: bool(tags)),
])  # fmt: skip
def test_a_view_lists_the_articles_that_fit_it(page, report, fragment, keep):
    path, rows = report
    page.look()
    page.open(path, "#" + fragment)
    expected = [r["title"] for r in rows if keep(r, {t["label"]: t for t in r["tags"]})]
    assert 0 < len(expected) <= 300
    assert page.evaluate(TITLES) == expected
    assert page.evaluate(FOUND).startswith(f"{len(expected)} of 300 articles")


def test_the_form_does_what_its_address_does(page, report):
    path, rows = report
    page.open(path)
    page.evaluate("""(() => { const f = document.querySelector('form').elements;
        f.p.value = 70; f.order.value = 'p';
        document.querySelector('input[name=label]').click();
        document.querySelectorAll('input[name=status]')[2].click(); })()""")
    label = page.evaluate("location.hash.match(/label=(\\w+)/)[1]")
    fitting = [(t["probability"], r["title"]) for r in rows for t in r["tags"]
               if t["label"] == label and t["probability"] >= 0.7 and t["status"] != "disputed"]
    titles = page.evaluate(TITLES)
    assert titles == [t for _, t in sorted(fitting, key=lambda x: -x[0])]
    page.open(path, page.evaluate("location.hash"))
    assert page.evaluate(TITLES) == titles
    page.evaluate("document.querySelector('form button[type=reset]').click(), "
                  "new Promise(done => setTimeout(done, 50))")
    assert page.evaluate(FOUND) == f"{sum(bool(r['tags']) for r in rows)} of 300 articles"


@pytest.mark.parametrize("figure", [".bars", ".heat", ".time"])
def test_every_mark_of_a_figure_lists_as_many_articles_as_it_says(page, report, figure):
    path, _ = report
    page.open(path)
    wrong = page.evaluate("""(() => { const wrong = [];
        for (const each of document.querySelectorAll('FIGURE button:not(:disabled)')) {
          each.click();
          const row = each.closest('.bars') && each.closest('tr');
          const said = row ? row.querySelector('.num').textContent
            : each.ariaLabel ? each.ariaLabel.match(/, (\\d+) with/)[1]
            : parseInt(each.textContent);
          const found = parseInt(document.getElementById('found').textContent);
          if (+said !== found) wrong.push([each.title, said, found]);
        } return wrong; })()""".replace("FIGURE", figure))
    assert wrong == []


def test_the_keyboard_reaches_everything(page, report):
    page.open(report[0])
    page.press("Tab", 9)
    assert page.evaluate("document.activeElement.className") == "skip"
    page.evaluate("document.querySelector('.heat [tabindex=\"0\"]').focus()")
    first = page.evaluate("document.activeElement.dataset.pair")
    page.press("ArrowRight", 39)
    page.press("ArrowDown", 40)
    moved = page.evaluate("document.activeElement.dataset.pair")
    assert first != moved and page.evaluate("document.activeElement.closest('.heat') !== null")
    page.send("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", text="\r",
              windowsVirtualKeyCode=13)
    assert page.evaluate("document.activeElement.id") == "articles"
    assert page.evaluate("document.querySelectorAll('input[name=label]:checked').length") == 2
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "checkbox", "link", "searchbox", "slider", "combobox", "region", "image"}
    nameless = [n["role"]["value"] for n in nodes
                if not n.get("ignored") and n.get("role", {}).get("value") in roles
                and not n.get("name", {}).get("value")]
    assert nameless == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_window(page, report, width, dark):
    page.look(width=width, dark=dark)
    page.open(report[0])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (sum(map(int, paper[4:-1].split(","))) < 200) is dark


def test_ten_thousand_articles_open_at_once_and_print_in_part(page, tmp_path):
    rows = write_rows(tmp_path / "rows.jsonl", many_rows(10_000))
    write_report(rows, tmp_path / "r.html")
    page.look()
    usable_ms = []
    for _ in range(3):  # the machine may be busy with others: the best counts
        page.open(tmp_path / "r.html")
        usable_ms.append(page.evaluate("new Promise(done => requestAnimationFrame(() => "
                                       "requestAnimationFrame(() => done(performance.now()))))"))
    assert min(usable_ms) < 2000
    n_cards = "document.querySelectorAll('.card').length"
    assert 0 < page.evaluate(n_cards) <= 96
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(n_cards) == 300 and "first 300" in page.evaluate(FOUND)


def test_a_report_without_tags_or_dates_stands(page, tmp_path):
    write_report(write_rows(tmp_path / "rows.jsonl", [row(1)]), tmp_path / "r.html")
    page.open(tmp_path / "r.html")
    assert page.evaluate(FOUND) == "0 of 1 articles. Nothing fits all the filters."
    assert not page.told("Runtime.exceptionThrown")


def test_an_article_page_asks_no_network(page, tmp_path):
    import vectorclf

    text = " ".join(HOSTILE_TEXTS)
    article = Article(id="x", text=text, title=HOSTILE_TEXTS[0], url="https://ok.example/")
    html = article_page(article, vectorclf.ArticleTags("x", (), ()))
    (tmp_path / "a.html").write_text(html, encoding="utf-8")
    page.look(width=390)
    page.open(tmp_path / "a.html")
    assert page.evaluate("document.scripts.length") == 0
    assert len(page.told("Network.requestWillBeSent")) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


CONTRASTS = """(() => {
  const channels = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
  const over = (top, below) => { const a = top[3] ?? 1;
    return [0, 1, 2].map(k => top[k] * a + below[k] * (1 - a)); };
  const luminance = rgb => { const [r, g, b] = rgb.map(c => c / 255).map(
    c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const behind = each => { const layers = [];
    for (let at = each; at; at = at.parentElement) layers.push(channels(
      getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => top.length ? over(top, below) : below,
                                   [255, 255, 255]); };
  const low = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const each = walk.currentNode.parentElement, style = getComputedStyle(each);
    if (!walk.currentNode.data.trim() || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(each.tagName)
        || !each.checkVisibility() || each.closest(".sr, :disabled, option")) continue;
    const ground = behind(each), ink = over(channels(style.color), ground);
    const [a, b] = [luminance(ink), luminance(ground)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66
      && style.fontWeight >= 700;
    const ratio = (a + .05) / (b + .05);
    if (ratio < (large ? 3 : 4.5)) low.push([walk.currentNode.data.trim().slice(0, 40),
      each.tagName, each.className, Math.round(100 * ratio) / 100]);
  }
  return low; })()"""


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_text_that_is_drawn_keeps_wcag_aa(page, report, tmp_path, width, dark):
    page.look(width=width, dark=dark)
    page.open(report[0])
    page.evaluate("document.querySelectorAll('details').forEach(x => x.open = true)")
    assert page.evaluate(CONTRASTS) == []
    (tmp_path / "a.html").write_text(one_article(), encoding="utf-8")
    page.open(tmp_path / "a.html")
    page.evaluate("document.querySelectorAll('details').forEach(x => x.open = true)")
    assert page.evaluate(CONTRASTS) == []


def one_article():
    """A page of one article, with a near miss."""
    import numpy as np

    from vectorclf.tagger import load

    tagger = load()
    text = "He was paid in cash for manuals he copied at work, prosecutors said. He denies it."
    tagger.set_thresholds(np.clip(tagger.label_probabilities(text) * 1.2, 0.02, 0.6))
    article = Article(id="x", text=text, url="https://ok.example/")
    tags = tagger.tag_with_near_misses(article)
    assert {t.probability < t.threshold for t in tags.tags} == {True, False}
    return article_page(article, tags, codebook=tagger.codebook)


def test_contrast_is_measured(page, tmp_path):
    (tmp_path / "x.html").write_text(
        "<body style='background:#fff'><p style='color:#999'>pale</p><p>dark</p>"
        "<mark style='background:#0008;color:#555'>mark</mark>")
    page.open(tmp_path / "x.html")
    assert [x[0] for x in page.evaluate(CONTRASTS)] == ["pale", "mark"]


@pytest.mark.parametrize("dark", [False, True])
def test_on_paper_it_is_dark_on_white_without_controls(page, report, dark):
    page.look(dark=dark, media="print")
    page.open(report[0])
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") in (
        "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert sum(map(int, ink[4:-1].split(","))) < 200
    assert page.evaluate("[...document.querySelectorAll('form, #more, .skip')].filter("
                         "x => x.checkVisibility()).length") == 0
    assert page.evaluate("document.querySelectorAll('.card').length") > 0
    assert page.evaluate(CONTRASTS) == []
    pdf = page.send("Page.printToPDF", preferCSSPageSize=True)["data"]
    assert len(pdf) > 10_000
    page.look()


def test_statuses_and_families_differ_without_colour(page, report):
    page.look()
    page.open(report[0])
    looks = page.evaluate("""['s0', 's1', 's2'].map(name => { const s = getComputedStyle(
        document.querySelector('.bars .seg.' + name));
        return (s.backgroundImage === 'none') + ' ' + (s.backgroundColor === 'rgba(0, 0, 0, 0)'); })
        """)
    assert len(set(looks)) == 3
    assert page.evaluate("[...document.querySelectorAll('.bars caption')].map("
                         "x => x.textContent)") == ["Motives", "Methods"]
