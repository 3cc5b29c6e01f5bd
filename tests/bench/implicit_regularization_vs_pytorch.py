#!/usr/bin/python3
"""implicit_regularization beside PyTorch's autograd and the dense least squares of the paper, on one core, in one run:
`implicit_regularization_vs_pytorch.py [folder of the binaries] [--rounds 3] [--dimension 60]`.

Gradient, Hessian product and dropout gradient of a tanh network (20 inputs, three hidden layers of 128) on 4000 rows, in
double precision, by `implicit_bench`; trials of 4000 steps of sgd with dropout (batches of 50, width 64) by the driver; the
symmetric matrix of as many runs as dimensions beside its d (d + 1) / 2 columns in `numpy.linalg.lstsq`. Both sides take turns
and processor time is counted, so that a busy machine slows them alike."""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}

import numpy as np
import torch

import comparison

INPUTS, WIDTH, DEPTH, ROWS = 20, 128, 3, 4000
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


class Network:
    def __init__(self):
        sizes = [INPUTS] + DEPTH * [WIDTH] + [1]
        self.weights = [(torch.randn(b, a) / 12).requires_grad_() for a, b in zip(sizes, sizes[1:])]
        self.biases = [(torch.randn(b) / 12).requires_grad_() for b in sizes[1:]]
        self.parameters = self.weights + self.biases
        self.x, self.y = torch.randn(ROWS, INPUTS), torch.randn(ROWS)
        self.direction = [torch.randn_like(p) for p in self.parameters]

    def forward(self):
        hidden = []
        h = self.x
        for w, b in zip(self.weights[:-1], self.biases[:-1]):
            h = torch.tanh(torch.addmm(b, h, w.T))
            hidden.append(h)
        return torch.addmm(self.biases[-1], h, self.weights[-1].T)[:, 0], hidden

    def loss(self):
        return ((self.forward()[0] - self.y) ** 2).mean() / 2

    def gradient(self):
        return torch.autograd.grad(self.loss(), self.parameters)

    def hessian_product(self):
        gradient = torch.autograd.grad(self.loss(), self.parameters, create_graph=True)
        return torch.autograd.grad(gradient, self.parameters, self.direction)

    def dropout_gradient(self):
        f, hidden = self.forward()
        slopes = torch.autograd.grad(f.sum(), hidden, create_graph=True)
        penalty = sum(((h * slope) ** 2).sum(1) for h, slope in zip(hidden, slopes)).mean() / 2
        return torch.autograd.grad(penalty, self.parameters, allow_unused=True)


def seconds(work, least=0.5):
    """Processor time of one call."""
    work()
    calls, start = 0, time.process_time()
    while time.process_time() - start < least:
        work()
        calls += 1
    return (time.process_time() - start) / calls


def kernels(binaries):
    """Milliseconds and rates of implicit_bench."""
    done = subprocess.run([binaries / "implicit_bench", "--benchmark_format=json", "--benchmark_min_time=0.5"], env=ENVIRONMENT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    return {entry["name"]: entry for entry in json.loads(done.stdout)["benchmarks"]}


def children_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def driver_trial(binaries, trials):
    def run(count):
        with tempfile.TemporaryDirectory() as folder:
            return children_seconds([binaries / "implicit_regularization", "--model", "mlp", "--modification", "dropout", "--n", "400",
                                     "--d", "20", "--width", "64", "--batch", "50", "--steps", "4000", "--eta", "0.05", "--dropout",
                                     "0.3", "--bias", "false", "--noise_sd", "0.5", "--trials", str(count), "--quiet", "--output",
                                     os.path.join(folder, "bench.h5")])
    one = run(1)
    return (run(1 + trials) - one) / trials


def torch_trial():
    """Data, start, training. What the driver fits afterwards is not done here."""
    x, beta = torch.randn(400, 20), 3 * torch.randn(20)
    y = x @ beta + 0.5 * torch.randn(400)
    model = torch.nn.Sequential(torch.nn.Linear(20, 64, bias=False), torch.nn.ReLU(), torch.nn.Dropout(0.3),
                                torch.nn.Linear(64, 1, bias=False))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.001)
    start = time.process_time()
    for step in range(4000):
        if step % 8 == 0:
            order = torch.randperm(400)
        rows = order[step % 8 * 50 : step % 8 * 50 + 50]
        optimiser.zero_grad()
        (((model(x[rows])[:, 0] - y[rows]) ** 2).mean() / 2).backward()
        optimiser.step()
    return time.process_time() - start


def dense_matrix_fit(d):
    """Seconds, and bytes of the design, of the symmetric matrix as a regression with a column per entry."""
    rng = np.random.default_rng(1)
    theta, b = rng.standard_normal((d, d)), rng.standard_normal((d, d))
    start = time.process_time()
    design = np.zeros((d * d, d * (d + 1) // 2))
    column = 0
    for i in range(d):
        for j in range(i, d):
            design[np.arange(d) * d + i, column] = theta[j]
            design[np.arange(d) * d + j, column] = theta[i]
            column += 1
    np.linalg.lstsq(design, b.T.ravel(), rcond=None)
    return time.process_time() - start, design.nbytes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binaries", nargs="?", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--dimension", type=int, choices=[60, 100], default=60, help="of the matrix fit; 100 takes minutes")
    options = parser.parse_args()
    torch.manual_seed(1)
    network = Network()
    peers = {"network_gradient": network.gradient, "network_hessian_product": network.hessian_product,
             "network_dropout_gradient": network.dropout_gradient}
    ratios, shares, trials = {name: [] for name in peers}, {name: [] for name in peers}, []
    for _ in range(options.rounds):
        ours = kernels(options.binaries)
        for name, work in peers.items():
            ratios[name].append(1e3 * seconds(work) / ours[name]["cpu_time"])
            shares[name].append(ours[name]["flops"] / ours["limit_layer_product"]["flops"])
        trials.append(torch_trial() / driver_trial(options.binaries, options.trials))
    peer = f"PyTorch {torch.__version__}"
    for name in peers:
        note = f"{ours[name]['cpu_time']:.0f} ms, {100 * np.median(shares[name]):.0f} % of dgemm's rate on a layer"
        comparison.row(name.replace("_", " "), peer, float(np.median(ratios[name])), note)
    comparison.row("sgd endpoint with dropout, 4000 steps", peer, float(np.median(trials)), "training alone there, the whole trial here")
    time_dense, bytes_dense = dense_matrix_fit(options.dimension)
    d = options.dimension
    ours_matrix = ours[f"symmetric_matrix_fit/{d}"]["cpu_time"] / 1e3
    comparison.row(f"symmetric matrix of {d} runs in {d} dimensions", "NumPy lstsq", time_dense / ours_matrix,
                   f"its design takes {bytes_dense / (8 * 6 * d * d):.0f} times our memory")
    fast = all(np.median(ratios[name]) >= 2 for name in peers) and np.median(trials) >= 5
    return 0 if fast else 1


if __name__ == "__main__":
    sys.exit(main())
