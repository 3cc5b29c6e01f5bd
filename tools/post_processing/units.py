"""Units of an expression, and whether it is linear in what is measured."""

from fractions import Fraction

import ast

from .errors import InputError

KEEP = {"abs", "floor", "ceil", "minimum", "maximum"}


def of(formula, unit_of):
    """Unit of the whole, as text: "1", "s", "s^2", "1/s"; what is added to a unit must have it, or none."""
    return _text(formula.visit(formula.tree, _Units(formula, unit_of)))


class _Units:
    def __init__(self, formula, unit_of):
        self.formula, self.unit_of = formula, unit_of

    def number(self, _):
        return {}

    def leaf(self, reference):
        unit = self.unit_of(reference.name)
        return {} if unit in ("", "1") else {unit: Fraction(1)}

    def mean(self, node):
        return self.formula.visit(node.args[0], self)

    def sign(self, _, unit):
        return unit

    def operation(self, kind, left, right, node):
        if kind in (ast.Add, ast.Sub, ast.Mod):
            return self._alike(left, right)
        if kind is ast.Pow:
            if right or (left and not _constant(node.right)):
                raise InputError(f"'{self.formula.text}': {_text(right or left)} has no power that is not a number")
            return _powers(left, Fraction(_constant(node.right)).limit_denominator(1000)) if left else {}
        return _product(left, right if kind is ast.Mult else _powers(right, -1))

    def function(self, name, given):
        if name == "sqrt":
            return _powers(given[0], Fraction(1, 2))
        if name in KEEP:
            return given[0] if len(given) == 1 else self._alike(*given)
        if given[0]:
            raise InputError(f"'{self.formula.text}': {name} of something in {_text(given[0])}")
        return {}

    def _alike(self, left, right):
        if left and right and left != right:
            raise InputError(f"'{self.formula.text}': {_text(left)} and {_text(right)} cannot be added or compared")
        return left or right


def _constant(node):
    """The number that a node is, None where it is none."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _constant(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, ast.Constant) else None


def _product(left, right):
    powers = {unit: left.get(unit, 0) + right.get(unit, 0) for unit in {**left, **right}}
    return {unit: power for unit, power in powers.items() if power}


def _powers(unit, power):
    return {name: exponent * power for name, exponent in unit.items() if power}


def _text(unit):
    above = [_power(name, power) for name, power in unit.items() if power > 0]
    below = [_power(name, -power) for name, power in unit.items() if power < 0]
    return (" ".join(above) or "1") + "".join(f"/{part}" for part in below)


def _power(name, power):
    return name if power == 1 else f"{name}^{float(power):g}"


MANY = 99  # the degree of what is not a polynomial


class _Degree:
    """Degree in what `is_measured`; infinite where it is none of a polynomial."""

    def __init__(self, formula, is_measured):
        self.formula, self.is_measured = formula, is_measured

    def number(self, _):
        return 0

    def leaf(self, reference):
        return int(self.is_measured(reference))

    def sign(self, _, degree):
        return degree

    def mean(self, node):
        return self.formula.visit(node.args[0], self)

    def operation(self, kind, left, right, _):
        if kind in (ast.Add, ast.Sub):
            return max(left, right)
        if kind is ast.Mult or (kind is ast.Div and not right):
            return left + right
        return MANY if left or right else 0

    def function(self, _, degrees):
        return MANY if any(degrees) else 0


def degree(formula, node, is_measured):
    """Degree of a node (that of the argument, of a mean) as a polynomial in what is measured."""
    return formula.visit(node, _Degree(formula, is_measured))
