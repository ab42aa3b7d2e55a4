"""A script may be right in a way of its own: each variant passes all steps, also at the sizes of the hidden tests."""

import pytest
from course.conversion.variants import VARIANTS

from scalelab.course import NotYet
from scalelab.course.conversion import STEPS, expect_step
from scalelab.course.conversion.evidence import evidence_from

HIDDEN = {"workers": 3, "images": 200, "batch_size": 9, "validation": 50}


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda one: one.name.rpartition("/")[2])
def test_a_right_variant_is_refused_no_step(variant, tmp_path):
    script, refused = variant.write(tmp_path), []
    with evidence_from(variant.store()):
        for step in STEPS:
            for sizes in ({}, HIDDEN):
                try:
                    expect_step(script, step, **sizes)
                except NotYet as why:
                    refused.append((step, sizes, str(why)))
    assert refused == []
