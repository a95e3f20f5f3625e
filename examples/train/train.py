"""Train a small neural network on the handwritten digits that scikit-learn brings along.

Writes ``model.joblib`` and ``metrics.json`` to the output folder. The test images are looked at once, at the end; the
epoch to keep is chosen on the validation images.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

Images = NDArray[np.float64]
Digits = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Images with the digit that each one shows."""

    images: Images
    digits: Digits


@dataclass(frozen=True)
class Epoch:
    """How the network did after one pass over the training images."""

    epoch: int
    training_loss: float
    validation_loss: float
    validation_accuracy: float


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Train a digit classifier.")
    parser.add_argument("--epochs", type=int, default=60, help="passes over the training images (default %(default)s)")
    parser.add_argument("--hidden", type=int, default=64, help="units in the hidden layer (default %(default)s)")
    parser.add_argument("--learning-rate", type=float, default=0.001, help="of Adam (default %(default)s)")
    parser.add_argument("--batch-size", type=int, default=32, help="images a step (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the split and the weights (default %(default)s)")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(os.environ.get("SLIPWAY_OUTPUT") or "output"),
        help="folder for the results (default $SLIPWAY_OUTPUT, else output)",
    )
    parsed = parser.parse_args(arguments)
    for name in ("epochs", "hidden", "batch_size"):
        if getattr(parsed, name) < 1:
            parser.error(f"--{name.replace('_', '-')} must be at least 1")
    return parsed


def load_splits(seed: int) -> tuple[Split, Split, Split]:
    """60 % of the images to train on, 20 % to choose by, 20 % to report, each with the same mix of digits."""
    images, digits = load_digits(return_X_y=True)
    rest_x, test_x, rest_y, test_y = train_test_split(images, digits, test_size=0.2, stratify=digits, random_state=seed)
    train_x, valid_x, train_y, valid_y = train_test_split(
        rest_x, rest_y, test_size=0.25, stratify=rest_y, random_state=seed
    )
    return Split(train_x, train_y), Split(valid_x, valid_y), Split(test_x, test_y)


def train(
    training: Split, validation: Split, options: argparse.Namespace, scaler: StandardScaler
) -> tuple[MLPClassifier, list[Epoch]]:
    """Train for all epochs and return the network of the epoch with the lowest validation loss."""
    network = MLPClassifier(
        hidden_layer_sizes=(options.hidden,),
        learning_rate_init=options.learning_rate,
        batch_size=min(options.batch_size, len(training.digits)),
        random_state=options.seed,
    )
    best, history = network, list[Epoch]()
    training_images, validation_images = scaler.transform(training.images), scaler.transform(validation.images)
    for epoch in range(1, options.epochs + 1):
        network.partial_fit(training_images, training.digits, classes=np.arange(10))
        probabilities = network.predict_proba(validation_images)
        result = Epoch(
            epoch=epoch,
            training_loss=float(network.loss_),
            validation_loss=float(log_loss(validation.digits, probabilities, labels=range(10))),
            validation_accuracy=float(accuracy_score(validation.digits, probabilities.argmax(axis=1))),
        )
        if not history or result.validation_loss < min(earlier.validation_loss for earlier in history):
            best = copy.deepcopy(network)
        history.append(result)
        print(
            f"epoch {epoch:3d}/{options.epochs}  training loss {result.training_loss:.4f}  "
            f"validation loss {result.validation_loss:.4f}  accuracy {result.validation_accuracy:.3f}",
            flush=True,
        )
    return best, history


def evaluate(model: Pipeline, test: Split) -> dict[str, Any]:
    """Accuracy on the test images, beside that of always answering the most frequent digit."""
    predicted = model.predict(test.images)
    matrix = confusion_matrix(test.digits, predicted, labels=range(10))
    return {
        "accuracy": round(float(accuracy_score(test.digits, predicted)), 4),
        "accuracy_of_most_frequent_digit": round(float(np.bincount(test.digits).max() / len(test.digits)), 4),
        "recall_by_digit": [round(float(recall), 4) for recall in matrix.diagonal() / matrix.sum(axis=1)],
        "confusion": matrix.tolist(),
    }


def main(arguments: list[str]) -> int:
    """Train, evaluate, write."""
    options = parse_arguments(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    training, validation, test = load_splits(options.seed)
    sizes = {"training": len(training.digits), "validation": len(validation.digits), "test": len(test.digits)}
    print("images: " + ", ".join(f"{size} {name}" for name, size in sizes.items()), flush=True)

    started = time.perf_counter()
    scaler = StandardScaler().fit(training.images)
    network, history = train(training, validation, options, scaler)
    model = make_pipeline(scaler, network)
    kept = min(history, key=lambda result: result.validation_loss)
    seconds = time.perf_counter() - started
    score = evaluate(model, test)
    metrics = {
        "options": {name: value for name, value in vars(options).items() if name != "output"},
        "images": sizes,
        "epoch_kept": kept.epoch,
        "training_seconds": round(seconds, 2),
        "test": score,
        "history": [asdict(result) for result in history],
    }

    joblib.dump(model, options.output / "model.joblib")
    (options.output / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    print(
        f"test accuracy {score['accuracy']:.3f} with epoch {kept.epoch} "
        f"(always the most frequent digit: {score['accuracy_of_most_frequent_digit']:.3f})"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
