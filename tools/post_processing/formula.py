"""The language of expressions: "n/n_alg", "mean(fdp)/mean(overlap)", "mse@estimator=lasso - mse@estimator=omp".

Numbers, names, + - * / % **, a few functions, `name@axis=value,axis=value` for a name at another place of the grid, and
`mean(...)` over trials where the caller knows trials. Read as data and never executed as code.
"""

import ast
import operator
import re
from dataclasses import dataclass

import numpy as np

from .errors import InputError, unknown_name

BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Mod: operator.mod,
}
UNARY = {ast.USub: operator.neg, ast.UAdd: operator.pos}
FUNCTIONS = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
    "minimum": np.minimum,
    "maximum": np.maximum,
}
MEAN = "mean"
LONGEST = 500

NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?!\w)"
PIN = rf"(\w+)=('[^']*'|[+-]?{NUMBER}|[\w.]+)"
ONE_PIN = re.compile(PIN)
PINS = re.sub(r"\((?!\?)", "(?:", PIN)  # the same without groups
TOKEN = re.compile(rf"(?P<number>{NUMBER})|(?P<called>[A-Za-z_]\w*)(?=\s*\()|(?P<name>[A-Za-z_]\w*)(?:\s*@\s*(?P<pins>{PINS}(?:,\s*{PINS})*))?"
                   r"|(?P<other>.)", re.DOTALL)


@dataclass(frozen=True)
class Reference:
    """A name of the file, at the point itself or with some axes held at a value."""

    name: str
    pins: tuple = ()  # of (axis, value as it was written)


class Formula:
    """An expression, taken apart. Raises InputError where it is none."""

    def __init__(self, text):
        self.text = text.strip()
        if len(self.text) > LONGEST:
            raise InputError(f"the expression is longer than {LONGEST} characters")
        self.parts = []  # of (text, Reference or None)
        self.references = {}  # by the name that stands for it in the tree
        source = []
        for token in TOKEN.finditer(self.text):
            reference = None
            if token["name"]:
                pins = tuple((axis, value.strip("'")) for axis, value in ONE_PIN.findall(token["pins"] or ""))
                reference = Reference(token["name"], pins)
                place = f"_{len(self.references)}"
                self.references[place] = reference
                source.append(f" {place} ")
            else:
                source.append(token[0])
            self.parts.append((token[0], reference))
        try:
            self.tree = ast.parse("".join(source).strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise InputError(f"'{text}' is not an arithmetic expression") from None

    def means(self):
        """The nodes mean(...), outermost ones."""
        found, rest = [], [self.tree]
        while rest:
            node = rest.pop()
            if is_mean(node):
                found.append(node)
            else:
                rest += ast.iter_child_nodes(node)
        return found

    def references_in(self, node):
        return [self.references[part.id] for part in ast.walk(node) if isinstance(part, ast.Name) and part.id in self.references]

    def value(self, node, leaf, mean=None):
        """Value of a node; `leaf` gives that of a Reference, `mean` that of a node mean(...)."""
        with np.errstate(all="ignore"):
            return self.visit(node, Arithmetic(leaf, mean))

    def visit(self, node, rules):
        """The node as `rules` see it: numbers, references, means, operations and functions, from the leaves up."""
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return rules.number(node.value)
        if isinstance(node, ast.Name) and node.id in self.references:
            return rules.leaf(self.references[node.id])
        if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
            return rules.operation(type(node.op), self.visit(node.left, rules), self.visit(node.right, rules), node)
        if isinstance(node, ast.UnaryOp) and type(node.op) in UNARY:
            return rules.sign(type(node.op), self.visit(node.operand, rules))
        if is_mean(node) and rules.mean:
            return rules.mean(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            name = node.func.id
            if name == MEAN and len(node.args) != 1:
                raise InputError(f"'{MEAN}' takes 1 value, in '{self.text}'")
            if name == MEAN:
                raise InputError(f"'{self.text}': {MEAN}(...) is over the trials of metrics, and stands in no other {MEAN}(...)")
            if name not in FUNCTIONS:
                raise unknown_name("function", name, FUNCTIONS)
            if len(node.args) != FUNCTIONS[name].nin:
                raise InputError(f"'{name}' takes {FUNCTIONS[name].nin} value(s), in '{self.text}'")
            return rules.function(name, [self.visit(argument, rules) for argument in node.args])
        raise InputError(f"'{self.text}': only numbers, names, + - * / % ** and {', '.join(FUNCTIONS)} are allowed")


class Arithmetic:
    """Rules that compute."""

    def __init__(self, leaf, mean):
        self.leaf, self.mean = leaf, mean

    def number(self, value):
        return np.float64(value)

    def operation(self, kind, left, right, _):
        return BINARY[kind](left, right)

    def sign(self, kind, value):
        return UNARY[kind](value)

    def function(self, name, values):
        return FUNCTIONS[name](*values)


def is_mean(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == MEAN and len(node.args) == 1 and not node.keywords


def is_name(text):
    return text.isidentifier()
