"""Arithmetic on coordinates and predictions ("n/n_alg", "log(p)/s"), read as data and never executed as code."""

import ast
import operator

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
LONGEST = 500


def evaluate(text, study):
    """Value of the expression at every point of the study, as reals."""
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(_value(_parse(text), text, study), dtype=float), study.shape)


def names_in(text):
    """The coordinates and predictions that an expression reads."""
    tree = _parse(text)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]


def _parse(text):
    if len(text) > LONGEST:
        raise InputError(f"the expression is longer than {LONGEST} characters")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError(f"'{text}' is not an arithmetic expression") from None


def _value(node, text, study):
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)
    if isinstance(node, ast.Name):
        values = study.at_points(node.id)
        if values.dtype.kind not in "iufb":
            raise InputError(f"'{node.id}' holds words, not numbers, so '{text}' cannot be computed")
        return values.astype(float)
    if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
        return BINARY[type(node.op)](_value(node.left, text, study), _value(node.right, text, study))
    if isinstance(node, ast.UnaryOp) and type(node.op) in UNARY:
        return UNARY[type(node.op)](_value(node.operand, text, study))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        if node.func.id not in FUNCTIONS:
            raise unknown_name("function", node.func.id, FUNCTIONS)
        function = FUNCTIONS[node.func.id]
        if len(node.args) != function.nin:
            raise InputError(f"'{node.func.id}' takes {function.nin} value(s), in '{text}'")
        return function(*(_value(argument, text, study) for argument in node.args))
    raise InputError(f"'{text}': only numbers, names, + - * / % ** and {', '.join(FUNCTIONS)} are allowed")
