"""Trains the strategy's model and writes model/model.onnx.

    python3 -m venv .venv && .venv/bin/pip install -r train/requirements.txt
    .venv/bin/python train/train.py [prices.csv]

In: the last 8 returns of an asset, oldest first, as src/Momentum.sol computes them. Out: a wish between about -1 (sell) and 1 (buy).
prices.csv has a column `price`. Without it, a made-up series with momentum is used, so that there is something to learn.
`praxis agent features` runs the contract's own `features` over a chain's past, for training on exactly what it will serve.
"""

import csv
import pathlib
import sys

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

WINDOW = 8
MODEL = pathlib.Path(__file__).resolve().parents[1] / "model" / "model.onnx"


def load(path: str) -> np.ndarray:
    with open(path, newline="") as file:
        return np.array([float(row["price"]) for row in csv.DictReader(file)])


def made_up(length: int = 4000, seed: int = 8) -> np.ndarray:
    """Returns that lean towards the one before."""
    noise = np.random.default_rng(seed).normal(0, 0.01, length)
    returns = np.zeros(length)
    for i in range(1, length):
        returns[i] = 0.6 * returns[i - 1] + noise[i]
    return 100 * np.cumprod(1 + returns)


def samples(prices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    returns = prices[1:] / prices[:-1] - 1
    rows = np.lib.stride_tricks.sliding_window_view(returns, WINDOW)[:-1]
    return rows.astype(np.float32), np.tanh(returns[WINDOW:] / returns.std())


def main() -> None:
    prices = load(sys.argv[1]) if len(sys.argv) > 1 else made_up()
    rows, wishes = samples(prices)
    split = len(rows) * 4 // 5
    network = MLPRegressor(hidden_layer_sizes=(16,), activation="tanh", alpha=1.0, max_iter=400, random_state=8)
    model = make_pipeline(StandardScaler(), network).fit(rows[:split], wishes[:split])
    right = np.sign(model.predict(rows[split:])) == np.sign(wishes[split:])
    print(f"right direction on held-out data: {right.mean():.3f} of {len(right)}")
    graph = to_onnx(
        model,
        initial_types=[("returns", FloatTensorType([None, WINDOW]))],
        final_types=[("wish", FloatTensorType([None, 1]))],
        target_opset=17,
        black_op={"Scaler"},
        name="momentum",
    )
    MODEL.parent.mkdir(exist_ok=True)
    MODEL.write_bytes(graph.SerializeToString())
    print(f"wrote {MODEL} ({MODEL.stat().st_size} bytes)")


if __name__ == "__main__":
    main()
