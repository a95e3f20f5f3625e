"""Do the calculations of single_cell_helpers.py do what they say?"""

from __future__ import annotations

import numpy as np
import pytest

import single_cell_helpers as sc

pytestmark = pytest.mark.single_cell


def test_the_same_seed_gives_the_same_counts_and_another_seed_does_not() -> None:
    first, again, other = (sc.simulate_experiment(200, 400, seed).counts for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_experiment_too_small_for_the_named_genes_is_refused() -> None:
    with pytest.raises(ValueError, match="n_genes is 50"):
        sc.simulate_experiment(200, 50, seed=1)


def test_every_normalised_cell_has_the_same_total() -> None:
    counts = np.array([[1, 2, 3], [10, 0, 0], [0, 0, 0]])
    totals = np.expm1(sc.log_normalise(counts, target=100)).sum(axis=1)
    # A cell without counts stays empty.
    assert totals == pytest.approx([100, 100, 0])


def test_a_gene_that_varies_more_than_its_mean_predicts_stands_out() -> None:
    rng = np.random.default_rng(0)
    counts = rng.poisson(rng.uniform(0.5, 20, 100), (500, 100))
    counts[:, 3] = rng.permutation(np.repeat([0, 10], 250))
    assert sc.standardised_variance(counts)[2].argmax() == 3


def test_the_marker_of_a_cluster_is_found() -> None:
    rng = np.random.default_rng(0)
    expression = rng.normal(1, 0.1, (60, 5))
    clusters = np.repeat([0, 1, 2], 20)
    expression[clusters == 1, 4] += 2
    genes = np.array(["A", "B", "C", "D", "E"])
    marker = next(marker for marker in sc.rank_markers(expression, genes, clusters, top=1) if marker.cluster == 1)
    assert marker.gene == "E"
    assert marker.log2_fold_change > 2
