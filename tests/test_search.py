"""The search tries what it says, and puts the best first."""

import msgspec
from small import small_data

from vectorclf.recipe import Recipe
from vectorclf.search import neighbours, search

QUICK = Recipe(min_df=1, folds=2)


def test_neighbours_hold_the_recipe_and_differ():
    recipes = neighbours(QUICK)
    assert recipes[0] == QUICK and len(set(recipes)) == len(recipes) == 9


def test_the_best_recipe_comes_first():
    useless = msgspec.structs.replace(QUICK, C=1e-9)
    said = []
    trials = search(small_data(), ("money", "hidden"), [useless, QUICK], progress=said.append)
    assert [t.recipe for t in trials] == [QUICK, useless]
    assert trials[0].micro_f1 > 0.85 and len(said) == 2


def test_two_workers_find_what_one_finds():
    recipes = neighbours(QUICK)[:2]
    one, two = (search(small_data(), ("money", "hidden"), recipes, n_jobs=n) for n in (1, 2))
    assert one == two
