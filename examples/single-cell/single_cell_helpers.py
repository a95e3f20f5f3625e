"""Calculations behind single_cell.ipynb: simulated counts, quality control, gene selection, markers.

Everything takes and returns plain NumPy arrays: rows are cells, columns are genes. The matrices here are small
(a few megabytes); real experiments keep counts in a sparse matrix.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.rcsetup import cycler
from numpy.typing import NDArray
from scipy import stats

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.str_]

MITOCHONDRIAL_GENES: tuple[str, ...] = (
    *("MT-ND1", "MT-ND2", "MT-ND3", "MT-ND4", "MT-ND4L", "MT-ND5", "MT-ND6"),
    *("MT-CO1", "MT-CO2", "MT-CO3", "MT-ATP6", "MT-ATP8", "MT-CYB"),
)

# Well-known markers of human blood cells. Only the names are real; how strongly a gene is expressed is made up.
MARKERS: dict[str, tuple[str, ...]] = {
    "CD4 T": ("IL7R", "CCR7", "CD4"),
    "CD8 T": ("CD8A", "CD8B", "GZMK"),
    "NK": ("GNLY", "NKG7", "KLRD1"),
    "B": ("MS4A1", "CD79A", "CD79B"),
    "CD14 monocyte": ("CD14", "LYZ", "S100A8"),
    "CD16 monocyte": ("FCGR3A", "MS4A7", "CDKN1C"),
    "Dendritic": ("FCER1A", "CST3", "CLEC10A"),
}

ABUNDANCE: dict[str, float] = {
    "CD4 T": 0.26,
    "CD8 T": 0.19,
    "NK": 0.12,
    "B": 0.15,
    "CD14 monocyte": 0.15,
    "CD16 monocyte": 0.07,
    "Dendritic": 0.06,
}

# Types of one lineage share most of what sets them apart from the others, so they are hard to separate.
LINEAGE: dict[str, str] = {
    "CD4 T": "lymphoid",
    "CD8 T": "lymphoid",
    "NK": "lymphoid",
    "B": "B lineage",
    "CD14 monocyte": "myeloid",
    "CD16 monocyte": "myeloid",
    "Dendritic": "myeloid",
}

BAD_FRACTION: dict[str, float] = {"dying": 0.05, "empty": 0.04, "doublet": 0.03}
"""Share of barcodes that are not one healthy cell."""


@dataclass(frozen=True)
class Experiment:
    """A simulated experiment with the truth that a real one does not have."""

    counts: Counts
    genes: Labels
    barcodes: Labels
    cell_type: Labels
    """Name of the type, ``"doublet"`` for two cells in one droplet and ``"none"`` for an empty droplet."""
    quality: Labels
    """``"good"``, or one of the keys of BAD_FRACTION."""


@dataclass(frozen=True)
class QualityMetrics:
    """Three numbers for each barcode."""

    total_counts: Floats
    genes_detected: Floats
    mito_percent: Floats


@dataclass(frozen=True)
class Marker:
    """A gene that is higher in one cluster than in all other cells."""

    cluster: int
    gene: str
    log2_fold_change: float
    p_adjusted: float


def simulate_experiment(n_cells: int, n_genes: int, seed: int) -> Experiment:
    """Draw negative binomial counts for cells of seven types, with dying cells, empty droplets and doublets.

    Raises ValueError if there is no room for the named genes or too few cells to hold every type.
    """
    genes = _gene_names(n_genes)
    if n_cells < 200:
        raise ValueError(f"n_cells is {n_cells}; at least 200 are needed to see the rare types")
    rng = np.random.default_rng(seed)
    types = np.array(list(MARKERS))
    profiles = _expression_profiles(genes, rng)

    quality = rng.choice(
        ["good", *BAD_FRACTION], size=n_cells, p=[1 - sum(BAD_FRACTION.values()), *BAD_FRACTION.values()]
    )
    type_index = rng.choice(len(types), size=n_cells, p=list(ABUNDANCE.values()))
    expression = profiles[type_index]
    library_size = rng.lognormal(np.log(3200), 0.30, n_cells)
    mito_share = rng.beta(6, 110, n_cells)

    doublet = quality == "doublet"
    second = rng.choice(len(types), size=n_cells, p=list(ABUNDANCE.values()))
    expression[doublet] = (profiles[type_index[doublet]] + profiles[second[doublet]]) / 2
    library_size[doublet] *= 1.8

    dying = quality == "dying"
    library_size[dying] *= rng.uniform(0.2, 0.6, dying.sum())
    mito_share[dying] = rng.uniform(0.15, 0.6, dying.sum())

    empty = quality == "empty"
    expression[empty] = profiles.mean(axis=0)
    library_size[empty] = rng.uniform(60, 320, empty.sum())

    is_mito = np.isin(genes, MITOCHONDRIAL_GENES)
    expression = _with_mito_share(expression, is_mito, mito_share)
    dispersion = rng.gamma(shape=6.0, scale=1.0, size=n_genes)
    counts = _negative_binomial(expression * library_size[:, None], dispersion, rng)

    cell_type = types[type_index].astype(object)
    cell_type[doublet] = "doublet"
    cell_type[empty] = "none"
    return Experiment(
        counts=counts,
        genes=genes,
        barcodes=np.array([f"cell-{index:05d}" for index in range(n_cells)]),
        cell_type=cell_type.astype(str),
        quality=quality,
    )


def quality_metrics(counts: Counts, genes: Labels) -> QualityMetrics:
    """Counts, detected genes and percentage of mitochondrial counts of every barcode."""
    total = counts.sum(axis=1).astype(float)
    mito = counts[:, np.char.startswith(genes, "MT-")].sum(axis=1)
    return QualityMetrics(
        total_counts=total,
        genes_detected=(counts > 0).sum(axis=1).astype(float),
        mito_percent=100 * mito / np.maximum(total, 1),
    )


def log_normalise(counts: Counts, target: float = 10_000) -> Floats:
    """Scale every cell to ``target`` counts and take log(1 + x)."""
    total = counts.sum(axis=1, keepdims=True)
    return np.asarray(np.log1p(counts * (target / np.maximum(total, 1))), dtype=float)


def standardised_variance(counts: Counts) -> tuple[Floats, Floats, Floats]:
    """Mean, variance, and variance relative to what the mean predicts, for every gene.

    The prediction is a parabola through log variance over log mean. Standardised values are clipped at the square root
    of the number of cells, so that one extreme cell cannot make a gene look variable. Genes never seen get 0.
    """
    values = counts.astype(float)
    mean = values.mean(axis=0)
    variance = values.var(axis=0, ddof=1)
    seen = variance > 0
    log_mean = np.log10(mean[seen])
    predicted = 10 ** np.polyval(np.polyfit(log_mean, np.log10(variance[seen]), deg=2), log_mean)
    z = (values[:, seen] - mean[seen]) / np.sqrt(predicted)
    relative = np.zeros_like(mean)
    relative[seen] = np.minimum(z, np.sqrt(len(values))).var(axis=0, ddof=1)
    return mean, variance, relative


def rank_markers(
    expression: Floats, genes: Labels, clusters: NDArray[np.int64], top: int, min_log2_fold_change: float = 1.0
) -> list[Marker]:
    """The ``top`` genes of each cluster by Welch's t-test against all other cells, Bonferroni-corrected.

    Genes that change less than ``min_log2_fold_change`` are passed over, so a cluster may have fewer. The clusters were
    found in the same data: the p-values order genes, they prove nothing.
    """
    markers: list[Marker] = []
    for cluster in np.unique(clusters):
        inside = expression[clusters == cluster]
        outside = expression[clusters != cluster]
        # A gene that no cell here expresses has no variance and yields NaN; it sorts last and is never a marker.
        with np.errstate(invalid="ignore", divide="ignore"):
            test = stats.ttest_ind(inside, outside, equal_var=False)
        score = np.nan_to_num(test.statistic, nan=-np.inf)
        change = np.log2((np.expm1(inside).mean(axis=0) + 0.1) / (np.expm1(outside).mean(axis=0) + 0.1))
        score[change < min_log2_fold_change] = -np.inf
        ranked = np.argsort(score)[::-1][:top]
        for gene in ranked[np.isfinite(score[ranked])]:
            adjusted = min(1.0, float(test.pvalue[gene]) * len(genes))
            markers.append(Marker(int(cluster), str(genes[gene]), float(change[gene]), adjusted))
    return markers


def name_clusters(expression: Floats, genes: Labels, clusters: NDArray[np.int64]) -> dict[int, str]:
    """The type whose known markers stand out most in each cluster (mean z-score). Two clusters may get one name."""
    z = (expression - expression.mean(axis=0)) / np.maximum(expression.std(axis=0), 1e-9)
    panels = {name: np.isin(genes, panel) for name, panel in MARKERS.items()}
    names: dict[int, str] = {}
    for cluster in np.unique(clusters):
        inside = z[clusters == cluster]
        names[int(cluster)] = max(panels, key=lambda name: float(inside[:, panels[name]].mean()))
    return names


def output_folder() -> Path:
    """Where results go: ``$SLIPWAY_OUTPUT`` in a Slipway run, else ``output`` beside the notebook. Made if missing."""
    folder = Path(os.environ.get("SLIPWAY_OUTPUT") or "output")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table with a header line."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table: first column left-aligned, the others right-aligned."""
    lines = [list(header), [":--", *["--:"] * (len(header) - 1)], *[[str(cell) for cell in row] for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def use_figure_style() -> None:
    """Quiet axes, readable sizes, and colours that colour-blind readers can tell apart (Okabe and Ito)."""
    palette = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#B8A900", "#5B5B5B"]
    mpl.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=palette),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.titlesize": 11,
            "axes.labelsize": 10,
            "figure.dpi": 110,
            "figure.constrained_layout.use": True,
            "legend.frameon": False,
            "legend.fontsize": 9,
            "savefig.dpi": 150,
            "xtick.labelsize": 9,
            "ytick.labelsize": 9,
        }
    )


def mark_choice(axes: Axes, label: str, *, x: float | None = None, y: float | None = None) -> None:
    """Draw a dashed line where a parameter cuts: upright at ``x``, or level at ``y``."""
    colour = "#D55E00"
    if x is not None:
        axes.axvline(x, color=colour, linestyle="--", linewidth=1)
        axes.annotate(
            label, (x, 0.6), (5, 0), ("data", "axes fraction"), "offset points", color=colour, fontsize=9, ha="left"
        )
    if y is not None:
        axes.axhline(y, color=colour, linestyle="--", linewidth=1)
        axes.annotate(
            label, (1, y), (-2, 4), ("axes fraction", "data"), "offset points", color=colour, fontsize=9, ha="right"
        )


def _gene_names(n_genes: int) -> Labels:
    named = [*MITOCHONDRIAL_GENES, *(gene for panel in MARKERS.values() for gene in panel)]
    if n_genes < 10 * len(named):
        raise ValueError(f"n_genes is {n_genes}; at least {10 * len(named)} are needed around the named genes")
    return np.array([*named, *(f"GENE{index:04d}" for index in range(1, n_genes - len(named) + 1))])


def _expression_profiles(genes: Labels, rng: np.random.Generator) -> Floats:
    """What share of its counts a cell of each type spends on each gene: one row a type, rows sum to 1."""
    n_genes = len(genes)
    base = rng.lognormal(mean=0.0, sigma=1.4, size=n_genes)
    named = np.isin(genes, [gene for panel in MARKERS.values() for gene in panel])
    base[named] = np.median(base) * rng.uniform(0.4, 1.0, named.sum())

    def programme(size: int, sigma: float) -> Floats:
        factor = np.ones(n_genes)
        factor[rng.choice(n_genes, size, replace=False)] = rng.lognormal(0.0, sigma, size)
        return factor

    by_lineage = {lineage: programme(n_genes // 20, 0.9) for lineage in sorted(set(LINEAGE.values()))}
    rows = []
    for name, panel in MARKERS.items():
        row = base * by_lineage[LINEAGE[name]] * programme(n_genes // 30, 0.55)
        in_panel = np.isin(genes, panel)
        row[in_panel] *= rng.uniform(5, 11, in_panel.sum())
        rows.append(row / row.sum())
    return np.array(rows)


def _with_mito_share(expression: Floats, is_mito: Flags, share: Floats) -> Floats:
    """Rescale each row so that mitochondrial genes take ``share`` of it."""
    mito = expression * is_mito
    rest = expression * ~is_mito
    mito *= (share / mito.sum(axis=1))[:, None]
    rest *= ((1 - share) / rest.sum(axis=1))[:, None]
    return np.asarray(mito + rest, dtype=float)


def _negative_binomial(mean: Floats, dispersion: Floats, rng: np.random.Generator) -> Counts:
    """Poisson counts whose rate is gamma distributed: variance is mean + mean² / dispersion."""
    return rng.poisson(rng.gamma(shape=dispersion, scale=mean / dispersion))
