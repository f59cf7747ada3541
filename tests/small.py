"""A model small enough to train in a second, and texts it can tell apart."""

from functools import cache

from vectorclf.codebook import Codebook, codebook_from_dict
from vectorclf.labeled import LabeledTexts
from vectorclf.model import Model
from vectorclf.recipe import Recipe
from vectorclf.training import train

WHO = ("clerk", "sergeant", "engineer", "courier", "diplomat", "chemist", "pilot", "sailor",
       "teacher", "printer")
PLACES = ("Vienna", "Oslo", "Lisbon", "Cairo", "Bonn")
MONEY = ("was paid 900 marks by the consul", "took cash from the attaché",
         "sold the plans for money")
HIDDEN = ("left the film in a dead drop", "wrote to the consul in code",
          "hid the plans in a hollow coin")
PLAIN = ("walked to the harbour in the rain", "read the newspaper on the train",
         "met the mayor at the concert")


@cache
def small_data() -> LabeledTexts:
    """150 texts, a person and a place each, with money, a hiding place, both or neither."""
    texts, labels, groups, evidence = [], [], [], []
    for k, who in enumerate(WHO):
        for m, place in enumerate(PLACES):
            for n in range(3):
                parts, found = [], {}
                for label, phrases in (("money", MONEY), ("hidden", HIDDEN)):
                    if (k + m + n) % 3 if label == "money" else (k + 2 * m + n) % 4 > 1:
                        phrase = phrases[(k + n) % 3]
                        parts.append(phrase)
                        found[label] = (phrase,)
                parts = parts or [PLAIN[(k + m) % 3]]
                texts.append(f"The {who} in {place} number {n} " + ", and ".join(parts) + ".")
                labels.append(tuple(found))
                groups.append(who)
                evidence.append(found)
    return LabeledTexts(tuple(texts), tuple(labels), tuple(groups), tuple(evidence))


def unseen_data() -> LabeledTexts:
    """The same labels on texts, of groups, that the small model has not learned from."""
    data = small_data()
    texts = tuple(f"Yesterday {text.replace(', and ', ', once more, ')}" for text in data.texts)
    groups = tuple(f"another {group}" for group in data.groups)
    return LabeledTexts(texts, data.labels, groups, data.evidence)


@cache
def small_codebook() -> Codebook:
    """Two labels in two families."""
    return codebook_from_dict({
        "name": "small", "version": "1", "families": ["motive", "method"],
        "labels": [{"id": "money", "family": "motive"}, {"id": "hidden", "family": "method"}],
    })


@cache
def small_model() -> Model:
    """A model of `small_data`."""
    return train(small_data(), small_codebook(), recipe=Recipe(min_df=1, folds=2))
