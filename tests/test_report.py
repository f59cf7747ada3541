"""A report counts what the rows say, corrects it as it claims, and obeys no text."""

import gzip
import json
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from report_rows import HOSTILE_TEXTS, HOSTILE_URLS, hostile_rows, many_rows, row, tag, write_rows

from vectorclf.cli.report import report as report_command
from vectorclf.errors import InputError, MissingInputError
from vectorclf.records import Article, ArticleTags, Passage, Tag
from vectorclf.records import Evidence as E
from vectorclf.records import Term as T
from vectorclf.report import article_page, write_report
from vectorclf.report.dates import TimeLine, month_of
from vectorclf.report.facts import matching_point
from vectorclf.report.markup import json_script, pieces, safe_link, visible
from vectorclf.report.page import environment, source_of
from vectorclf.report.prevalence import Rates, corrected_prevalence, rates_by_label

STEERING = re.compile("[\x00-\x08\x1b\x9b\u202a-\u202e\u2066-\u2069]")


class Parsed(HTMLParser):
    """Elements of a page, the text of each kind, and every attribute."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self._open = [], {}, []
        self.feed(text)

    def handle_starttag(self, name, attributes):
        self.elements.append((name, dict(attributes)))
        self._open.append(name)

    def handle_endtag(self, name):
        if name in self._open:
            while self._open.pop() != name:
                pass

    def handle_data(self, data):
        self.texts.setdefault(self._open[-1] if self._open else "", []).append(data)

    def attributes(self, name):
        return [a[name] for _, a in self.elements if name in a]


def data_of(page):
    return json.loads(Parsed(page).texts["script"][0])


@pytest.fixture
def rows(tmp_path):
    return write_rows(tmp_path / "rows.jsonl", [
        row(1, tag("financial_gain", 0.9), tag("honey_trap", 0.5, status="alleged"),
            date="2019-03-01"),
        row(2, tag("financial_gain", 0.6, status="disputed"), date="March 5, 2021"),
        row(3, date="2021"),
        row(4, tag("financial_gain", 0.7), tag("financial_gain", 0.8, status="alleged")),
    ])


def test_counts_are_those_of_the_rows(rows, tmp_path):
    counts = write_report(rows, tmp_path / "r.html")
    assert (counts.n_articles, counts.n_tagged, counts.n_tags) == (4, 3, 4)
    by_label = {x.label: x for x in counts.labels}
    gain = by_label["financial_gain"]
    assert (gain.n, gain.share, gain.n_by_status) == (3, 0.75, (1, 1, 1))  # one vote an article
    assert counts.n_by_pair["financial_gain", "honey_trap"] == 1
    line = counts.time_line
    assert [(b.name, b.n, b.n_tagged) for b in line.bins] == [
        ("2019", 1, 1), ("2020", 0, 0), ("2021", 2, 1)]
    assert line.n_undated == 1 and gain.n_by_bin == (1, 0, 1)


def test_a_gzipped_file_gives_the_same_page(rows, tmp_path):
    zipped = tmp_path / "z" / "rows.jsonl"
    zipped.parent.mkdir()
    packed = zipped.with_suffix(".jsonl.gz")
    packed.write_bytes(gzip.compress(rows.read_bytes()))
    write_report(rows, tmp_path / "a.html")
    write_report(packed, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_text() == (tmp_path / "b.html").read_text().replace(
        "rows.jsonl.gz", "rows.jsonl")


@pytest.mark.parametrize(("line", "says"), [
    ('{"id": "a"}', "tags"), ("[1]", "object"), ("{", "1: expected a tagged article"),
    ('{"tags": [{"label": "x", "probability": 7}]}', "<= 1"), ("", "empty"),
])
def test_a_bad_row_is_named_and_leaves_no_file(tmp_path, line, says):
    path = tmp_path / "bad.jsonl"
    path.write_text(line)
    with pytest.raises(InputError, match=re.escape(says)):
        write_report(path, tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()
    with pytest.raises(MissingInputError, match="vectorclf tag"):
        write_report(tmp_path / "none.jsonl", tmp_path / "r.html")


FORMS = ("rows.jsonl", "rows.jsonl.gz", "rows.jsonl.zst", "rows.parquet")


def tagged_articles():
    """Articles with their tags, as the tagger gives them."""
    from vectorclf.tagger import load

    texts = ("He was paid $20,000 in cash for manuals he copied at work.", "It rained.",
             "«Zürich» — she loved the man 李, and left the film in a dead drop.")
    articles = [Article(id=str(k), text=t, title=f"Nr {k}", date="2024-05-01",
                        url="https://news.example/a") for k, t in enumerate(texts)]
    return list(zip(articles, load().tag_many(articles), strict=True))


def written(directory, name, rows):
    """Rows of `tagged_articles` as ``vectorclf tag`` writes them."""
    import zstandard

    from vectorclf.output import open_writer

    kind = "parquet" if ".parquet" in name else "csv" if ".csv" in name else "jsonl"
    path = directory / name
    with open(path, "wb") as file:
        writer = open_writer(file, format=kind, rows=rows)
        for article, tags in tagged_articles():
            writer.write(article, tags)
        writer.close()
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(path.read_bytes()))
    if name.endswith(".zst"):
        path.write_bytes(zstandard.compress(path.read_bytes()))
    return path


def test_every_form_of_rows_makes_the_same_report(tmp_path):
    pages = set()
    for name in FORMS:
        counts = write_report(written(tmp_path, name, "articles"), tmp_path / "r.html")
        assert (counts.n_articles, counts.n_tagged) == (3, 2)
        pages.add((tmp_path / "r.html").read_text().replace(f">{name}<", ">rows<"))
    assert len(pages) == 1
    [page] = pages
    assert [a[0] for a in data_of(page)["articles"]] == ["0", "1", "2"]


@pytest.mark.parametrize("rows", ["tags", "passages"])
@pytest.mark.parametrize("name", [*FORMS, "rows.csv"])
def test_other_rows_are_told_what_to_do(tmp_path, name, rows):
    path = written(tmp_path, name, rows)
    with pytest.raises(InputError, match="--rows articles") as caught:
        write_report(path, tmp_path / "r.html")
    assert "CSV" in str(caught.value) if "csv" in name else f"a row a {rows[:-1]}" in str(
        caught.value)


@pytest.mark.parametrize("name", FORMS[1:])
def test_a_damaged_file_is_named(tmp_path, name):
    path = written(tmp_path, name, "articles")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match="expected"):
        write_report(path, tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()


def test_the_same_rows_make_the_same_bytes_on_any_day(tmp_path, monkeypatch):
    rows = write_rows(tmp_path / "rows.jsonl", many_rows(5))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)

    def page(**keys):
        write_report(rows, tmp_path / "r.html", **keys)
        return (tmp_path / "r.html").read_text()

    assert page() == page() and "<span>20" not in page().partition("</header>")[0]
    assert "<span>2024-03-02</span>" in page(manifest={"started": "2024-03-02T10:00:00+00:00"})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert "<span>1970-01-02</span>" in page()
    for odd in ("x", "-1", "9" * 30):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", odd)
        assert "<span>19" not in page().partition("</header>")[0]


def test_the_correction_is_rogan_and_gladens_and_its_interval_covers():
    rates = Rates(n_texts=1000, n_true=200, n_given=220, n_hit=160)  # se .8, sp .925
    corrected = corrected_prevalence(300, 1000, rates)
    assert corrected.share == pytest.approx((0.3 + 0.925 - 1) / (0.8 + 0.925 - 1))
    rng = np.random.default_rng(0)
    for truth in (0.02, 0.3):
        covered = 0
        for _ in range(1000):
            hits, false = rng.binomial(80, 0.7), rng.binomial(900, 0.04)
            tagged = rng.binomial(500, truth * 0.7 + (1 - truth) * 0.04)
            found = corrected_prevalence(tagged, 500, Rates(980, 80, hits + false, hits))
            covered += found.low <= truth <= found.high
        assert covered >= 930, truth


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50),
       st.integers(0, 99), st.integers(0, 99))
@example(2, 0, 8, 2, 0, 1)
def test_a_corrected_share_lies_in_its_interval_and_in_bounds(hit, miss, false, true, n, rest):
    rates = Rates(hit + miss + false + true, hit + miss, hit + false, hit)
    found = corrected_prevalence(n, n + rest, rates)
    assert found is None or 0 <= found.low <= found.share <= found.high <= 1


def test_shares_are_corrected_only_with_the_rates_of_the_rows_own_thresholds(rows, tmp_path):
    point = SimpleNamespace(name="balanced", thresholds=(0.4, 0.4))
    model = SimpleNamespace(label_ids=("financial_gain", "honey_trap"), operating_points=(point,))
    assert matching_point(model, {"financial_gain": {0.4}}) == "balanced"
    assert matching_point(model, {"financial_gain": {0.4, 0.41}}) is None
    assert matching_point(model, {"other": {0.4}}) is None
    training = {"n_texts": 100, "positives": {"a": 20}, "out_of_fold": {
        "precision": {"a": 0.8}, "recall": {"a": 0.6},
        "labels": {"b": {"n_true": 10, "n_given": 9, "n_hit": 7}}}}
    assert rates_by_label(training) == {"a": Rates(100, 20, 15, 12), "b": Rates(100, 10, 9, 7)}
    assert rates_by_label(training, "recall") == {} == rates_by_label({})
    write_report(rows, tmp_path / "r.html")
    assert "not corrected" in (tmp_path / "r.html").read_text()


@pytest.mark.parametrize(("n", "is_corrected"), [(29, False), (30, True)])
def test_a_handful_of_articles_is_not_corrected(tmp_path, n, is_corrected):
    from vectorclf.model import load_model
    from vectorclf.tagger import default_model

    model = load_model(default_model())
    threshold = model.operating_point("balanced").thresholds[
        model.label_ids.index("financial_gain")]
    given = tag("financial_gain", 0.9) | {"threshold": threshold}
    rows = write_rows(tmp_path / "rows.jsonl", [row(k, given) for k in range(n)])
    counts = write_report(rows, tmp_path / "r.html", model=model)
    [found] = [x for x in counts.labels if x.label == "financial_gain"]
    assert (found.corrected is not None) is is_corrected
    page = (tmp_path / "r.html").read_text()
    assert ("fewer than 30 articles" in page) is not is_corrected


@given(st.dictionaries(st.tuples(st.integers(1000, 2999), st.integers(0, 12)),
                       st.integers(1, 9), max_size=30))
def test_a_time_line_has_every_dated_article_once(n_by_month):
    n = sum(n_by_month.values())
    line = TimeLine.of(n_by_month, {}, n + 1)
    assert sum(line.binned(n_by_month)) == sum(b.n for b in line.bins) == n
    assert line.n_undated == 1 and len(line.bins) <= 61


@pytest.mark.parametrize(("date", "month"), [
    ("2024-01-11T13:20:00Z", (2024, 1)), ("20240111", (2024, 1)), ("1986", (1986, 0)),
    ("5 Mar 2019", (2019, 3)), ("Mon, 04 Mar 2019 10:00:00 +0000", (2019, 3)), ("", None),
    ("2019-77", (2019, 0)), ("9999-01-01", None), (None, None), ("x" * 10_000, None),
])
def test_dates_are_read_as_articles_write_them(date, month):
    assert month_of(date) == month


@given(st.recursive(st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(
    st.text(), x), max_leaves=8) | st.sampled_from(HOSTILE_TEXTS))
def test_embedded_json_parses_back_and_cannot_end_its_element(content):
    text = json_script(content)
    assert json.loads(text) == content
    assert not re.search("[<>&\u2028\u2029\u202e]", text)


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=4))
def test_pieces_of_a_quote_join_to_the_quote(text, marks):
    spans, at = [], 0
    for gap, length in marks:
        if at + gap + length <= len(text):
            spans.append((at + gap, at + gap + length))
            at += gap + length
    cut = pieces(text, spans)
    assert "".join(cut) == text and len(cut) % 2
    assert cut[1::2] == [text[a:b] for a, b in spans]


def test_a_long_quote_keeps_its_first_mark():
    cut = pieces("x" * 5000 + "paid" + "y" * 5000, [(5000, 5004)])
    assert cut[1] == "paid" and len("".join(cut)) < 1000 and "more characters" in cut[2]


def test_only_plain_web_links_are_links():
    linked = [url for url in HOSTILE_URLS if safe_link(url)[0]]
    assert linked == ["https://ok.example/a?b=1&c"]
    assert safe_link("https://аррӏе.example/")[1].startswith("xn--")  # Cyrillic look-alike


def test_hostile_rows_become_text_and_nothing_else(tmp_path):
    path = write_rows(tmp_path / "hostile.jsonl", hostile_rows())
    write_report(path, tmp_path / "r.html", title=HOSTILE_TEXTS[3],
                 manifest={HOSTILE_TEXTS[0]: HOSTILE_TEXTS[1]})
    page = (tmp_path / "r.html").read_text()
    parsed = Parsed(page)
    assert len(parsed.texts["script"]) == 2  # data, program
    assert not [n for n, _ in parsed.elements if n in ("img", "iframe", "base", "object", "b>")]
    assert not [k for _, a in parsed.elements for k in a if k.startswith("on")]
    assert all(re.match(r"#|data:,", href) for href in parsed.attributes("href"))
    assert "{{7*7}}" in page and not STEERING.search(page)
    assert len(data_of(page)["articles"]) == len(HOSTILE_TEXTS)


def test_cards_are_limited_counts_are_not(tmp_path):
    path = write_rows(tmp_path / "rows.jsonl", many_rows(50))
    counts = write_report(path, tmp_path / "r.html", max_cards=10)
    page = (tmp_path / "r.html").read_text()
    listed = data_of(page)["articles"]
    assert counts.n_articles == 50 and len(listed) == 10 and all(article[6] for article in listed)
    assert "10 of the 50 articles are listed" in page


def test_the_manifest_beside_the_rows_is_shown(rows, tmp_path):
    manifest = {"n_in": 1234567, "settings": {"workers": 2}, "warnings": [], "inputs": [{}] * 3,
                "tags_by_label": dict.fromkeys(map(str, range(25)), 1)}
    (tmp_path / "rows.jsonl.manifest.json").write_text(json.dumps(manifest))
    write_report(rows, tmp_path / "r.html")
    text = "".join(Parsed((tmp_path / "r.html").read_text()).texts["bdi"])
    assert "1,234,567" in text and "3 entries" in text and "25 entries" in text


def test_terms_in_a_card_sum_to_the_score(tmp_path):
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
    made = tag("ideology", 0.9, quote=" ".join(words), terms=tuple(words))
    path = write_rows(tmp_path / "rows.jsonl", [row(1, made)])
    write_report(path, tmp_path / "r.html")
    *_, score, intercept, terms = data_of((tmp_path / "r.html").read_text())[
        "articles"][0][6][0][1][0]
    assert terms[-1][0] == "" and score == pytest.approx(intercept + sum(c for _, c in terms))


def contrast(a, b):
    """WCAG 2.2 contrast ratio of two #rrggbb colours."""
    def luminance(colour):
        channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_keep_wcag_aa(scheme):
    style = str(source_of(environment(), "report.css"))
    first, second = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", first))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([\w-]+): (#\w{6})", second))
    text = [(ink, ground) for ink in ("ink", "soft", "f0", "f1", "f2", "link")
            for ground in ("paper", "card", "track")]
    text += [("ink", "mark"), ("soft", "h0")]
    text += [("on-light", f"h{k}") for k in range(5)] + [("on-dark", "h5"), ("on-dark", "h6")]
    low = {(a, b): round(contrast(colours[a], colours[b]), 2) for a, b in text
           if contrast(colours[a], colours[b]) < 4.5}
    assert not low
    for edge in ("edge", "f0", "f1"):  # boundaries of controls and bars: 3 to 1
        assert contrast(colours[edge], colours["paper"]) >= 3


def test_the_command_writes_the_page_and_says_what_is_in_it(rows, tmp_path):
    done = CliRunner().invoke(report_command, [str(rows), "-o", str(tmp_path / "r.html")])
    assert done.exit_code == 0 and "4 articles, 3 with a tag, 4 tags" in done.stderr
    done = CliRunner().invoke(report_command, [str(rows), "-o", "-", "--title", "A & <B>"])
    assert "<h1 dir=\"auto\">A &amp; &lt;B&gt;</h1>" in done.stdout


def explained(text, quote, *, probability=0.8, title=""):
    start = text.index(quote)
    evidence = E(span=(start, start + len(quote)), quote=quote, score=0.4, intercept=-0.1,
                 terms=(T("was paid", (start + 3, start + 11), 0.4), T("", (0, 3), 0.1)))
    tags = Tag("financial_gain", "motive", probability, 0.5, "alleged", (evidence,))
    passages = (Passage((0, len(text)), ()),) if text else ()
    return Article(id="x", text=text, title=title), ArticleTags("x", (tags,), passages)


def test_an_article_page_shows_the_whole_text_with_its_telling_words_marked():
    text = "First <b>line</b>.\nHe was paid & left. \u202eEnd."
    page = article_page(*explained(text, "He was paid & left."))
    body = page[page.index('<p dir="auto">') :]
    body = body[: body.index("</p>")]
    shown = re.sub(r'<sup class="refs">.*?</sup>|<(?!mark|/mark).*?>', "", body)
    assert shown.replace("RLO", "\u202e").replace("&lt;", "<").replace("&gt;", ">").replace(
        "&amp;", "&") == text.replace("was paid", "<mark>was paid</mark>")
    assert "+0.40" in page and "<script" not in page and "near miss" not in page
    assert "near miss" in article_page(*explained(text, "He was paid & left.", probability=0.3))
    empty = article_page(Article(id="", text=""), ArticleTags("", (), ()))
    assert "No passage earned a tag" in empty


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_an_article_page_and_a_notebook_obey_no_text(text):
    quote = text + " He was paid."
    article, tags = explained(quote, quote, title=text)
    tags = msgspec.structs.replace(tags, article_id=text)
    for page in (article_page(article, tags), tags._repr_html_()):
        parsed = Parsed(page)
        assert "script" not in {name for name, _ in parsed.elements}
        assert not [k for _, a in parsed.elements for k in a if k.startswith("on")]
        assert not STEERING.search(page)


def test_a_notebook_shows_label_probability_status_and_quote():
    _, tags = explained("He was paid.", "He was paid.")
    html = tags._repr_html_()
    parts = ("financial_gain", "80", "alleged", "<mark>was paid</mark>")
    assert all(part in html for part in parts)
    assert "no tag" in ArticleTags("x", (), ())._repr_html_()
    assert str(visible("\u202e")).count("RLO") == 1
