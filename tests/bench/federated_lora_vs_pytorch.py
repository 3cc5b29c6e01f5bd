#!/usr/bin/python3
"""A trial of federated_lora's module copy beside PyTorch doing the same fine-tuning, on one core, in one run:
`federated_lora_vs_pytorch.py [path of the driver] [--trials 6] [--rounds 3]`.

24 clients fine-tune a LoRA of rank 8 of one attention block's value matrix (40 x 40, 24 tokens) by 100 steps of full-batch
Adam on 30 sequences of 8 tokens. PyTorch computes contexts and the base's logits once, as the driver does, and is timed for
the fine-tuning alone; the driver's trials have in them the decomposition, detection and the tests of nine methods as well.
Both sides take turns; processor time is counted, so that a busy machine slows them alike."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import torch

import comparison

K, V, D, T, N, RANK, STEPS = 24, 24, 40, 8, 30, 8, 100
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def contexts(tokens, positions, attention, source):
    sep = torch.full((source.shape[0], 1), V)
    x = tokens[torch.cat([source, sep, source[:, :-1]], dim=1)] + positions
    out = x[:, T:]
    scores = out @ attention @ x.transpose(1, 2)
    mask = torch.arange(2 * T)[None, :] > torch.arange(T)[:, None] + T
    weights = torch.softmax(scores.masked_fill(mask, -torch.inf), dim=-1)
    return out.reshape(-1, D), (weights @ x).reshape(-1, D)


def fine_tune(readout, value, context, out, target):
    base = (out + context @ value) @ readout.T
    f = (torch.randn(D, RANK) / RANK**0.5).requires_grad_()
    g = torch.zeros(RANK, D, requires_grad=True)
    adam = torch.optim.Adam([f, g], lr=0.02)
    for _ in range(STEPS):
        adam.zero_grad()
        loss = torch.nn.functional.cross_entropy(base + (context @ f) @ (g @ readout.T), target)
        loss.backward()
        adam.step()
    return (f @ g).detach(), float(loss.detach())


def trial(generator):
    tokens = torch.randn(V + 1, D, generator=generator) / D**0.5
    positions = torch.randn(2 * T, D, generator=generator) / D**0.5
    readout = torch.randn(V, D, generator=generator) / D**0.5
    attention = torch.randn(D, D, generator=generator)
    value = torch.randn(D, D, generator=generator) * 0.1
    losses = []
    for _ in range(K):
        source = torch.randint(V, (N, T), generator=generator)
        target = torch.where(source < 3, V - 1 - source, source).reshape(-1)
        out, context = contexts(tokens, positions, attention, source)
        losses.append(fine_tune(readout, value, context, out, target)[1])
    return np.mean(losses)


def driver_seconds(path, trials):
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([path, "--module", "copy", "--clients", str(K), "--contamination", "0.25", "--contamination_scale", "3",
                        "--n_local", str(N), "--trials", str(trials), "--output", os.path.join(folder, "bench.h5"), "--quiet"],
                       check=True, stdin=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver", nargs="?", default="build/release/bin/federated_lora")
    parser.add_argument("--trials", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    generator = torch.Generator().manual_seed(1)
    trial(generator)
    ratios = []
    for _ in range(options.rounds):
        one = driver_seconds(options.driver, 1)
        ours = (driver_seconds(options.driver, 1 + options.trials) - one) / options.trials
        start = time.process_time()
        trial(generator)
        theirs = time.process_time() - start
        ratios.append(theirs / ours)
        note = f"{1e3 * ours:.0f} ms a trial against {1e3 * theirs:.0f} ms"
    comparison.row("copy trial of federated_lora", f"PyTorch {torch.__version__}", float(np.median(ratios)), note)
    return 1 if np.median(ratios) < 4 else 0


if __name__ == "__main__":
    sys.exit(main())
