"""The scikit-learn script that jobs are measured against gives the same tags.

(It once could not write a row with evidence from a window.)
"""

import json

import pytest

import vectorclf
from benchmarks import sklearn_job

SAMPLES = sklearn_job.default_model().parents[1] / "datasets" / "articles"
LONG = ("At the trial in Oslo, which began on Monday after two postponements, the prosecution said "
        "that the clerk had been paid 40,000 euros in cash by an officer of a foreign service for "
        "documents that he had copied at the ministry, and that the money was found in a garage.")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample articles are in the checkout alone")
def test_the_script_gives_the_tags_of_a_job(tmp_path):
    texts = [path.read_text(encoding="utf-8") for path in sorted(SAMPLES.glob("*.txt"))]
    texts += [LONG, "It rained.", ""]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    sklearn_job.run(source, target)
    theirs = [json.loads(line)["tags"] for line in target.read_text().splitlines()]
    ours = [result.tags for result in vectorclf.load().tag_many(texts)]
    for one, other in zip(theirs, ours, strict=True):
        found = {tag["label"]: (tag["probability"], tag["evidence"][0]["quote"]) for tag in one}
        assert found.keys() == {tag.label for tag in other}
        for tag in other:
            probability, quote = found[tag.label]
            assert probability == pytest.approx(tag.probability, abs=1e-4)
            assert quote == tag.evidence[0].quote
    assert sum(map(len, ours)) > 10 and ours[-3]
