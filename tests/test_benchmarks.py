"""The benchmark's corpus and its guard; the guard's short form is part of every run."""

import subprocess
import sys
from pathlib import Path

import pytest

from vectorclf.benchmarking import corpus, guard, measure

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("script", corpus.SCRIPTS)
def test_articles_are_seeded_and_of_the_size_asked_for(script):
    some = corpus.articles(12, 1500, seed=3, script=script)
    assert some == corpus.articles(12, 1500, seed=3, script=script)
    assert some != corpus.articles(12, 1500, seed=4, script=script)
    mean = 1e6 * measure.megabytes(some) / len(some)
    assert 1000 < mean < 2000


def test_news_is_mostly_not_ascii():
    articles = corpus.articles(200, 4500)
    share = sum(not text.isascii() for text in articles) / len(articles)
    assert 0.8 < share < 0.98
    assert any("“" in text for text in articles) and any("é" in text for text in articles)


def test_rates_take_turns_and_never_show_a_text_twice():
    seen = {"a": [], "b": []}
    rates = measure.rates({name: seen[name].append for name in seen}, ["x" * 9] * 6, rounds=3)
    assert {name: len(parts) for name, parts in seen.items()} == {"a": 3, "b": 3}
    assert min(rates.values()) > 0


@pytest.fixture
def quick_guard(monkeypatch):
    monkeypatch.setattr(guard, "SCALE", 0.1)


def test_the_guard_measures_every_figure_and_says_which_fell(quick_guard, monkeypatch):
    told = []
    figures = guard.run_guard(tell=told.append)
    assert {figure.name for figure in figures} >= set(guard.MIN_SPEEDUP)
    assert all(figure.holds for figure in figures if figure.unit in ("", "MB"))
    assert len(told) >= len(figures)
    fallen = guard.Figure("speed", 1.0, 2.0)
    assert not fallen.holds and "FAILED" in str(fallen) and "floor 2" in str(fallen)
    assert not guard.Figure("memory", 3.0, 2.0, "MB", is_floor=False).holds


def test_the_short_guard_holds_parity_and_asks_for_less(monkeypatch):
    told = []
    monkeypatch.setattr(guard, "N_SHORT_TRAINING", 40)
    figures = guard.run_short(tell=told.append)
    assert all(figure.holds for figure in figures if not figure.unit)
    assert [figure.name for figure in figures if figure.unit] == list(guard.SHORT)
    assert all(f.bound < guard.MIN_SPEEDUP[f.name] for f in figures if f.unit)
    assert len(told) == len(figures)


def test_the_guard_exits_1_with_the_figure_and_the_floor():
    code = (
        "import sys; from vectorclf.benchmarking import guard; import benchmarks.guard as g;"
        "fallen = guard.Figure('speed', 1.0, 2.0);"
        "g.run_guard = lambda **_: [fallen, guard.Figure('load', 1.0, 2.0, 'ms', False)];"
        "sys.exit(g.main())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "guard: speed: 1 times (floor 2)  FAILED\n"
