"""Training: the same model from the same data, and hard data said and handled."""

import os

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joblib import delayed
from small import small_codebook, small_data, small_model

from vectorclf import folds
from vectorclf.background import count_background
from vectorclf.codebook import Codebook
from vectorclf.compile import compile as compile_pipeline
from vectorclf.errors import DatasetError
from vectorclf.evaluation import cross_validate, evaluate_model
from vectorclf.features import feature_parts, make_features
from vectorclf.fitting import fit
from vectorclf.folds import cross_fit, group_folds
from vectorclf.labeled import LabeledTexts
from vectorclf.model import save_model
from vectorclf.recipe import Recipe, default_recipe
from vectorclf.scoring import text_scores
from vectorclf.straddling import without_repeats
from vectorclf.tagger import Tagger
from vectorclf.training import train
from vectorclf.units import BLANK, Units, blanked_copies, training_units, training_windows

QUICK = Recipe(min_df=1, folds=2)


def data_of(rows):
    texts, labels, groups = zip(*rows, strict=True)
    return LabeledTexts(texts, labels, groups, tuple({} for _ in texts))


def test_same_data_and_seed_give_the_same_files(tmp_path):
    first = save_model(small_model(), tmp_path / "a")
    second = save_model(train(small_data(), small_codebook(), recipe=QUICK), tmp_path / "b")
    for name in ("model.json", "model.safetensors"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_the_small_model_has_learned():
    measured = small_model().training["out_of_fold"]
    assert measured["micro_f1"] > 0.9 and measured["unlabeled_tagged"] < 0.2


def test_units_are_sentences_with_the_labels_their_evidence_earns():
    data = LabeledTexts(
        ("It rained. He was paid in gold. He fled.",), (("money", "flight"),), ("g",),
        ({"money": ("paid in gold",)},),
    )
    units = training_units(data, Recipe())
    assert list(zip(units.texts, units.labels, strict=True)) == [
        ("It rained.", ("flight",)),  # no evidence for flight: it stays with every sentence
        ("He was paid in gold.", ("money", "flight")),
        ("He fled.", ("flight",)),
        ("It rained. He was paid in gold. He fled.", ("money", "flight")),
        ("paid in gold", ("money",)),
    ]


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40), st.integers(2, 5))
def test_a_group_stays_in_one_fold(groups, n_folds):
    fold = group_folds(groups, n_folds, seed=0)
    assert len({(g, f) for g, f in zip(groups, fold, strict=True)}) == len(set(groups))
    sizes = np.bincount(fold, minlength=n_folds)
    assert sizes.max() - sizes.min() <= max(groups.count(g) for g in groups)


def counted(paragraphs, recipe):
    """Background counts of paragraphs, as the recipe's features read the small data."""
    units = training_units(small_data(), recipe)
    parts = feature_parts(make_features(recipe).fit(units.texts))
    return count_background(paragraphs, {name: part[0] for name, (part, _) in parts.items()})


def test_background_lowers_scores_of_ordinary_news():
    news = ["Cash was paid for the harbour plans in the rain, the mayor said."] * 30
    with_news = train(small_data(), small_codebook(), recipe=QUICK,
                      background=counted(news, QUICK))
    scores = [
        text_scores(Tagger(model).predictor, news[:1], model.rule)[0, 0]
        for model in (small_model(), with_news)
    ]
    assert scores[1] < scores[0]
    assert with_news.training["n_background"] == 30


def test_background_has_counts_for_every_part_of_the_features():
    recipe = msgspec.structs.replace(QUICK, char_wb=(3, 4))
    with pytest.raises(DatasetError, match=r"counts of characters.*without --background"):
        fit(small_data(), ("money", "hidden"), recipe, counted(["a b"], QUICK))


def test_texts_without_beginnings_in_common_are_learned_from_all_the_same():
    data = data_of([("he was paid", ("x",), "a"), ("she was not", (), "b")])
    recipe = msgspec.structs.replace(QUICK, gate=0.0, rationales=False)
    pipeline = fit(data, ("x",), recipe)
    assert pipeline.decision_function(["he was paid"]) > pipeline.decision_function(["she"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "got none"),
        ([("a text", ("x",), "one"), ("b text", (), "one")], "at least two groups"),
        ([("a text", (), "one"), ("b text", (), "two")], "at least one label"),
    ],
)
def test_data_that_teaches_nothing_is_refused(rows, message):
    data = data_of(rows) if rows else LabeledTexts((), (), (), ())
    with pytest.raises(DatasetError, match=message):
        train(data, Codebook.stub(["x"]), recipe=QUICK)


def test_texts_without_words_are_refused():
    data = data_of([("! ?", ("x",), "one"), ("...", (), "two"), ("", (), "three")])
    with pytest.raises(DatasetError, match="texts with words"):
        train(data, Codebook.stub(["x"]))


def test_evaluation_refuses_what_training_refuses():
    data = data_of([("a text", ("x",), "one"), ("b text", (), "one")])
    with pytest.raises(DatasetError, match="--group-key"):
        cross_validate(data, ("x",), QUICK)


@pytest.mark.parametrize("recipe", [None, QUICK])
def test_hard_data_can_be_cross_validated(recipe):
    rows = [(f"cash was paid by consul {k}" if k % 2 else f"rain fell on harbour {k}",
             ("always", *(["money"] if k % 2 else []), *(["rare"] if k == 4 else [])), f"g{k % 7}")
            for k in range(60)]
    data = data_of([*rows, ("", ("always", "money"), "g1"), ("  ", ("always",), "g2")])
    said = []
    result = cross_validate(data, ("always", "money", "never", "rare"),
                            recipe or default_recipe(data), progress=said.append)
    f1 = {row.label: row.f1 for row in result.labels}
    assert f1["always"] == 1 and f1["money"] > 0.9 and np.isnan(f1["never"])
    assert any("never: no positive text" in line for line in said)


def test_hard_data_is_said_and_handled():
    rows = [(f"word{k % 7} other{k % 5} thing{k}", ("always",) + (("rare",) if k == 3 else ()),
             f"g{k}") for k in range(40)]
    rows += [("", ("always",), "e"), ("word1 twice", ("always", "half"), "h"),
             ("word1 twice", ("always",), "i")]
    model = train(data_of(rows), Codebook.stub(["always", "rare", "half", "never"]),
                  recipe=msgspec.structs.replace(QUICK, unit="text", gate=0.0))
    said = "\n".join(model.training["warnings"])
    assert "one text is empty" in said
    assert "stands several times with different labels" in said
    assert "always: every text has it" in said
    assert "never: no positive text" in said
    assert "rare: 1 positive text, under 25" in said
    tagger = Tagger(model)
    assert "never" not in {t.label for t in tagger.tag("word1 other2 thing9").tags}


def test_cross_validation_and_evaluation_agree_with_the_eye():
    result = cross_validate(small_data(), ("money", "hidden"), QUICK)
    assert result.micro_f1 > 0.85 and result.micro_interval[0] <= result.micro_f1
    assert {row.label: row.n_true for row in result.labels} == {"money": 100, "hidden": 75}
    other = data_of([("He sold the plans for money.", ("money",), "x"),
                     ("He read the newspaper.", (), "y")])
    held_out = evaluate_model(small_model(), other)
    assert held_out.n_texts == 2 and held_out.labels[0].n_true == 1


def test_evaluation_refuses_what_would_flatter():
    with pytest.raises(DatasetError, match="not seen"):
        evaluate_model(small_model(), small_data())
    text = "the same eight words stand in two groups"
    repeated = data_of([(text, ("x",), "a"), (text.upper(), (), "b"), ("short one", (), "b")])
    with pytest.raises(DatasetError, match="--drop-repeated"):
        cross_validate(repeated, ("x",), QUICK)
    assert without_repeats(repeated).texts == (text, "short one")


def test_long_texts_gain_the_length_weight():
    """`length` adds weight * (1 + log(2 words)) to the score, and nothing else."""
    plain, longer = (
        compile_pipeline(fit(small_data(), ("money", "hidden"),
                             msgspec.structs.replace(QUICK, length=weight)))
        for weight in (0.0, 0.25)
    )
    texts = ["cash", "He took cash from the attaché in the rain.", ""]
    gain = longer.decision_function(texts) - plain.decision_function(texts)
    expected = [0.25 * (1 + np.log(2 * n)) if n else 0.0 for n in (1, 9, 0)]
    np.testing.assert_allclose(gain[:, :2], np.array([expected] * 2).T, atol=1e-5)
    np.testing.assert_allclose(gain[:, 2], 0, atol=1e-6)  # the gate's column


def test_case_tells_labels_of_other_peoples_data_apart():
    """With the recipe for data without evidence; nothing but a capital differs."""
    rows = [(f"Number {k}: she kept {word} on the shelf {k % 7}.", ("people",) * (word == "Polish"),
             f"g{k % 6}") for k in range(60) for word in ("Polish", "polish")]
    data = data_of(rows)
    recipe = default_recipe(data)
    predictor = compile_pipeline(fit(data, ("people",), recipe))
    high, low = predictor.decision_function(["She kept Polish.", "She kept polish."]).ravel()[:2]
    assert recipe.cased and high > low + 0.1


def test_positives_of_rare_labels_weigh_more():
    data = small_data()
    plain, weighed = (
        compile_pipeline(fit(data, ("money", "hidden"),
                             msgspec.structs.replace(QUICK, rare=rare, gate=0.0)))
        for rare in (0.0, 0.9)
    )
    positive = [text for text, row in zip(data.texts, data.labels, strict=True) if "money" in row]
    assert (weighed.decision_function(positive)[:, 0].mean()
            > plain.decision_function(positive)[:, 0].mean())


def test_processes_change_no_score():
    ids = small_codebook().label_ids
    one, two = (cross_fit(small_data(), ids, QUICK, n_jobs=n) for n in (1, 2))
    np.testing.assert_array_equal(one[1], two[1])
    for a, b in zip(one[0][1].estimators_, two[0][1].estimators_, strict=True):
        np.testing.assert_array_equal(a.coef_, b.coef_)


def test_a_killed_process_is_said_with_a_remedy():
    jobs = [delayed(os._exit)(9)] * 3
    with pytest.raises(DatasetError, match=r"process killed.*--workers 1"):
        list(folds._results(jobs, print, n_jobs=2))


def test_windows_teach_which_part_of_a_long_text_earned_a_label():
    """Here "paid" did, not "Bonn", which stands in the same texts."""
    middle = "while the mayor read the newspaper on the slow train home in the heavy rain"
    texts = [f"The {who} was {what} {k} times {middle} to {town}" for k in range(12)
             for who, what, town in (("courier", "paid", "Bonn"), ("printer", "seen", "Oslo"))]
    data = LabeledTexts(
        tuple(texts), tuple([("money",), ()] * 12), tuple(f"g{k}" for k in range(24)),
        tuple([{"money": ("was paid",)}, {}] * 12),
    )
    gained = {}
    for n_words in (0, 8):
        recipe = Recipe(min_df=1, gate=0.0, passage=0.0, rationales=False, window=n_words,
                        blank_copies=0)
        scores = fit(data, ("money", "hidden"), recipe).decision_function(
            ["was paid 3 times while", "in the rain to Bonn"])[:, 0]
        gained[n_words] = scores[0] - scores[1]
    assert gained[8] > 2 * gained[0]


def test_a_window_may_have_earned_what_stands_in_it_or_nobody_placed():
    text = "In Cairo he was paid in gold by the consul and so the poor clerk took the train home"
    data = LabeledTexts((text, "He fled."), (("money", "flight"), ()), ("g", "h"),
                        ({"money": ("paid in gold",)}, {}))
    recipe = Recipe(window=8)
    windows = training_windows(training_units(data, recipe), recipe)
    assert windows.texts[0] == "In Cairo he was paid in gold by" and set(windows.units) == {0}
    assert windows.may_earn[0] == ("money", "flight") and windows.may_earn[-1] == ("flight",)


def test_blanked_copies_teach_not_to_lean_on_one_word():
    """"Paid" stands in all texts with the label, "gold" in two of three."""
    texts = [f"the {who} was {what}" for k in range(12)
             for who, what in (("courier", "paid in gold" if k % 3 else "paid in town"),
                               ("printer", "seen in town"))]
    data = LabeledTexts(tuple(texts), tuple([("money",), ()] * 12),
                        tuple(f"g{k}" for k in range(24)), tuple([{}] * 24))
    share = {}
    for copies in (0, 4):
        recipe = Recipe(min_df=1, prefix=0, ngram_max=1, C=1.0, gate=0.0, passage=0.0, window=0,
                        blank_copies=copies)
        paid, gold, neither = fit(data, ("money", "hidden"), recipe).decision_function(
            ["paid", "gold", "rain"])[:, 0]
        share[copies] = (gold - neither) / (paid - neither)
    assert 0 < 2 * share[0] < share[4] < 1


@given(st.lists(st.text(alphabet="ab .\n", max_size=30), max_size=5), st.integers(1, 5))
def test_a_blanked_copy_has_the_words_of_its_unit_or_none(texts, n_copies):
    units = Units(texts, [()] * len(texts), list(range(len(texts))), {})
    recipe = Recipe(blank_copies=n_copies)
    copies = blanked_copies(units, recipe)
    assert copies.texts == blanked_copies(units, recipe).texts  # by seed
    counts = np.bincount(copies.units, minlength=len(texts))
    for unit, text in enumerate(texts):
        assert counts[unit] == n_copies * (len(text.split()) >= 3)
    for unit, copy in zip(copies.units, copies.texts, strict=True):
        assert all(word in (own, BLANK) for word, own in
                   zip(copy.split(), texts[unit].split(), strict=True))


def test_words_are_blanked_as_often_as_the_recipe_says():
    units = Units(["to be paid in gold by him"] * 2000, [()] * 2000, list(range(2000)), {})
    words = " ".join(blanked_copies(units, Recipe(blanked=0.2)).texts).split()
    assert words.count(BLANK) / len(words) == pytest.approx(0.2, abs=0.01)


def test_windows_slide_over_short_texts_by_default():
    short = "He was paid in gold.", "He fled."
    long = "He was paid in gold. " * 20, "He fled. " * 90
    recipes = [default_recipe(LabeledTexts(texts, (("a",), ()), ("g", "h"), ({}, {})))
               for texts in (short, long)]
    assert [recipe.window for recipe in recipes] == [12, 0]
