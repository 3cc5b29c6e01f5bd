#!/usr/bin/python3
"""Pieces of partial_order beside plain NumPy, and PyTorch where it is installed, on one core, in one run:
`partial_order_vs_numpy.py [folder of the binaries] [--rounds 3] [--works gradient,sweeps,exact,ranking]`.

Gradient of the relaxed likelihood at n = 8, 30 and 100 (100 full lists, 2 coordinates): vectorised over lists in NumPy, by autograd
in PyTorch. Sweeps of the hard chain at n = 16: the likelihood vectorised over lists and steps. Enumeration at n = 6. Fit of
Plackett-Luce's strengths at n = 10 000. Both sides take turns and processor time is counted; values are compared."""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

# Arrays of NumPy that are given back to the system at once cost it ten times the time in page faults.
if __name__ == "__main__" and "MALLOC_MMAP_THRESHOLD_" not in os.environ:
    os.environ.update(MALLOC_MMAP_THRESHOLD_=str(1 << 30), MALLOC_TRIM_THRESHOLD_=str(1 << 30), MALLOC_TOP_PAD_=str(1 << 26))
    os.execv(sys.executable, [sys.executable, *sys.argv])

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

import comparison

try:
    import torch
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
except ImportError:
    torch = None

BETA, EPSILON, TAU, LISTS = 1.0, 0.05, 0.1, 100


def timed(work, least=0.3):
    """Processor seconds of one call, and what it returned."""
    result = work()
    calls, begin = 0, time.process_time()
    while time.process_time() - begin < least:
        work()
        calls += 1
    return (time.process_time() - begin) / calls, result


def product_order(latents):
    return (latents[:, None, :] > latents[None, :, :]).all(2)


def frontier_lists(rng, order, count):
    n = len(order)
    lists = np.empty((count, n), np.int32)
    for s in range(count):
        left = np.ones(n, bool)
        for t in range(n):
            weight = left * ~((order & left[:, None]).any(0)) * (1.0 + (order & left[None, :]).sum(1))**BETA
            p = (1 - EPSILON) * weight / weight.sum() + EPSILON * left / left.sum()
            lists[s, t] = rng.choice(n, p=p / p.sum())
            left[lists[s, t]] = False
    return lists


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


class NumpyGradient:
    """log p~ and its gradient: pair tables once, then all lists together."""

    def __init__(self, lists):
        self.lists = lists
        size = lists.shape[1]
        self.later = np.triu(np.ones((size, size), bool))  # r >= t
        self.flat = (lists[:, :, None].astype(np.int64) * size + lists[:, None, :]).ravel()

    def __call__(self, latents):
        lists, later = self.lists, self.later
        count, m = lists.shape
        n = len(latents)
        d = (latents[:, None, :] - latents[None, :, :]) / TAU
        minus = -d
        log_p = -softplus(minus).sum(2)
        p = np.exp(log_p)
        # log(1 - P): at P close to 1 by the sum of exp(-d).
        with np.errstate(divide="ignore", over="ignore"):
            lse = np.logaddexp.reduce(minus, axis=2)
            far = log_p > -1e-9
            ell = np.where(far, np.minimum(lse, 0),
                           np.where(log_p > -0.6931, np.log(-np.expm1(np.where(far, -1, log_p))), np.log1p(-p)))
        np.fill_diagonal(ell, 0)
        np.fill_diagonal(p, 0)
        tables = ell.ravel()[self.flat].reshape(count, m, m), p.ravel()[self.flat].reshape(count, m, m)
        free = np.flip(np.cumsum(np.flip(tables[0], 1), 1), 1)  # A[t, r]: sum over q >= t of ell(q, r)
        after = np.flip(np.cumsum(np.flip(tables[1].transpose(0, 2, 1), 1), 1), 1)  # S[t, r]
        weight = np.where(later, free + BETA * np.log1p(after), -np.inf)
        weight -= weight.max(2, keepdims=True)
        pi = np.exp(weight)
        pi /= pi.sum(2, keepdims=True)
        own = np.diagonal(pi, axis1=1, axis2=2)
        step = (1 - EPSILON) * own + EPSILON / (m - np.arange(m))
        value = np.log(step).sum()
        rational = (1 - EPSILON) * own / step
        by_weight = -rational[:, :, None] * pi
        by_weight[:, np.arange(m), np.arange(m)] += rational
        by_free = np.cumsum(by_weight, 1)
        by_after = np.cumsum(by_weight * BETA / (1 + after), 1)
        g_ell = np.bincount(self.flat, by_free.ravel(), n * n).reshape(n, n)
        g_p = np.bincount(self.flat, by_after.transpose(0, 2, 1).ravel(), n * n).reshape(n, n)
        shares = 1 / (1 + np.exp(np.clip(d, -700, 700)))  # sigma(-d)
        with np.errstate(over="ignore"):
            d_ell = -np.exp(np.minimum(log_p - ell, 700))[:, :, None] * shares
            soft = np.exp(minus - lse[:, :, None])
        d_ell[far] = -soft[far]
        total = g_ell[:, :, None] * d_ell + (g_p * p)[:, :, None] * shares
        total[np.arange(n), np.arange(n)] = 0
        return value, (total.sum(1) - total.sum(0)) / TAU


class TorchGradient:
    """The same by autograd."""

    def __init__(self, lists):
        self.lists = torch.from_numpy(lists.astype(np.int64))
        size = lists.shape[1]
        self.later = torch.triu(torch.ones(size, size, dtype=torch.bool))
        self.remaining = torch.arange(size, 0, -1, dtype=torch.float64)

    def __call__(self, latents):
        u = torch.from_numpy(latents).requires_grad_(True)
        n = len(latents)
        d = (u[:, None, :] - u[None, :, :]) / TAU
        log_p = -torch.nn.functional.softplus(-d, threshold=700).sum(2)
        lse = torch.logsumexp(-d, 2)
        far = log_p > -1e-9
        kept = torch.where(far, torch.full_like(log_p, -1.0), log_p)
        ell = torch.where(far, torch.clamp(lse, max=0), torch.log(-torch.expm1(kept)))
        off = 1 - torch.eye(n)
        ell, p = ell * off, torch.exp(log_p) * off
        rows, columns = self.lists[:, :, None], self.lists[:, None, :]
        free = torch.flip(torch.cumsum(torch.flip(ell[rows, columns], [1]), 1), [1])
        after = torch.flip(torch.cumsum(torch.flip(p[columns, rows], [1]), 1), [1])
        weight = (free + BETA * torch.log1p(after)).masked_fill(~self.later, -torch.inf)
        pi = torch.softmax(weight, 2)
        own = torch.diagonal(pi, dim1=1, dim2=2)
        value = torch.log((1 - EPSILON) * own + EPSILON / self.remaining).sum()
        value.backward()
        return value.item(), u.grad.numpy()


def coloured(z, rho=0.5):
    """U = Z Sigma^(1/2)."""
    dimension = z.shape[-1]
    a, b = np.sqrt(1 - rho), np.sqrt(1 - rho + dimension * rho)
    return a * z + (b - a) / dimension * z.sum(-1, keepdims=True)


class NumpyChain:
    """Moves of single items; the likelihood of all lists and steps in one go, where the order changes."""

    def __init__(self, lists, dimension):
        self.rng = np.random.default_rng(1)
        count, m = lists.shape
        n = m
        left = np.zeros((count, m, n))
        for s in range(count):
            for t in range(m):
                left[s, t, lists[s, t:]] = 1
        self.left = left.reshape(-1, n)
        self.chosen = lists.ravel()
        self.rows = np.arange(len(self.chosen))
        self.even = EPSILON / self.left.sum(1)
        self.weights = (1.0 + np.arange(n + 1))**BETA
        self.z = self.rng.standard_normal((n, dimension))
        self.order = product_order(coloured(self.z))
        self.value = self.log_likelihood(self.order)

    def log_likelihood(self, order):
        relation = order.astype(float)
        blocked = self.left @ relation
        weight = self.weights[(self.left @ relation.T).astype(np.int64)] * (self.left * (blocked == 0))
        own = weight[self.rows, self.chosen]
        return np.log((1 - EPSILON) * own / weight.sum(1) + self.even).sum()

    def sweep(self):
        for i in self.rng.permutation(len(self.z)):
            scale = self.rng.choice((0.1, 0.3, 1.0))
            row = np.sqrt(1 - scale**2) * self.z[i] + scale * self.rng.standard_normal(self.z.shape[1])
            u, own = coloured(self.z), coloured(row)
            moved = self.order.copy()
            moved[i] = (own > u).all(1)
            moved[:, i] = (own < u).all(1)
            moved[i, i] = False
            if (moved == self.order).all():
                self.z[i] = row
                continue
            value = self.log_likelihood(moved)
            if np.log(self.rng.random()) < value - self.value:
                self.z[i], self.order, self.value = row, moved, value


def numpy_ranking(lists, items, prior):
    """Hunter's MM."""
    count, m = lists.shape
    v = np.full(items, 1 / items)
    wins = np.bincount(lists[:, :-1].ravel(), minlength=items)
    for iteration in range(1, 501):
        sums = np.flip(np.cumsum(np.flip(v[lists], 1), 1), 1)
        parts = np.cumsum(1 / sums[:, :-1], 1)
        parts = np.concatenate([parts, parts[:, -1:]], 1)
        chances = np.bincount(lists.ravel(), parts.ravel(), items)
        new = (wins + prior) / (chances + prior * items)
        new /= new.sum()
        change = np.abs(new - v).max()
        v = new
        if change < 1e-9 * v.max():
            break
    return v, iteration


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = pathlib.Path(__file__).resolve().parent
    parser.add_argument("binaries", nargs="?", default=here.parents[1] / "build/release/bin", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--works", default="gradient,sweeps,exact,ranking")
    given = parser.parse_args()
    folder = tempfile.TemporaryDirectory()

    def ours(work, lists, items, *rest):
        path = pathlib.Path(folder.name) / "lists"
        lists.astype(np.int32).tofile(path)
        command = [given.binaries / "poset_bench", work, path, items, lists.shape[1], *rest]
        out = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout
        return [float(part) for part in out.split()]

    rng = np.random.default_rng(0)
    if "gradient" in given.works:
        for n in (8, 30, 100):
            truth = rng.standard_normal((n, 2))
            lists = frontier_lists(rng, product_order(truth), LISTS)
            latents = truth + 0.1 * rng.standard_normal((n, 2))
            path = pathlib.Path(folder.name) / "latents"
            latents.tofile(path)
            peers = {"NumPy": NumpyGradient(lists)}
            if torch is not None:
                peers["PyTorch autograd"] = TorchGradient(lists)
            ratios = {peer: [] for peer in peers}
            for _ in range(given.rounds):
                mine, value, norm = ours("gradient", lists, n, path, 2, TAU, max(20, 20000 // n**2))
                for peer, gradient in peers.items():
                    theirs, (their_value, their_gradient) = timed(lambda: gradient(latents))
                    assert abs(value / their_value - 1) < 1e-9, (peer, value, their_value)
                    assert abs(norm / np.sqrt((their_gradient**2).sum()) - 1) < 1e-7, peer
                    ratios[peer].append(theirs / mine)
            for peer, ratio in ratios.items():
                comparison.row(f"partial_order, gradient, n = {n}, {LISTS} lists", peer, statistics.median(ratio),
                               f"{1 / mine:.0f} gradients a second")
    if "sweeps" in given.works:
        n = 16
        lists = frontier_lists(rng, product_order(coloured(rng.standard_normal((n, 2)))), LISTS)
        ratios = []
        chain = NumpyChain(lists, 2)
        for _ in range(100):
            chain.sweep()
        for _ in range(given.rounds):
            mine, value, evaluated = ours("sweeps", lists, n, 2, 2000)
            theirs, _ = timed(chain.sweep, 1)
            ratios.append(theirs / mine)
        comparison.row(f"partial_order, sweep of the hard chain, n = {n}, {LISTS} lists", "NumPy",
                       statistics.median(ratios),
                       f"{1e6 * mine:.0f} us; log-likelihood {value:.1f} here, {chain.value:.1f} there")
    if "exact" in given.works:
        lists = frontier_lists(rng, product_order(rng.standard_normal((6, 2))), LISTS)
        mine, _, orders = ours("exact", lists, 6)
        print(f"partial_order, exact posterior at n = 6: {mine:.2f} s for {orders:.0f} orders")
    if "ranking" in given.works:
        n, m = 10000, 50
        strength = rng.gamma(2, size=n)
        lists = np.array([rng.choice(n, m, replace=False) for _ in range(20000)])
        lists = np.take_along_axis(lists, np.argsort(rng.exponential(size=lists.shape) / strength[lists], 1), 1)
        ratios = []
        for _ in range(min(2, given.rounds)):
            mine, first, iterations = ours("ranking", lists, n, 0.1)
            begin = time.process_time()
            v, their_iterations = numpy_ranking(lists, n, 0.1)
            ratios.append((time.process_time() - begin) / mine)
            assert abs(first / v[0] - 1) < 1e-6, (first, v[0])
        comparison.row(f"partial_order, Plackett-Luce at n = {n}, 20000 lists of {m}", "NumPy", statistics.median(ratios),
                       f"{mine:.1f} s, {iterations:.0f} iterations here, {their_iterations} there")


if __name__ == "__main__":
    main()
