"""Split an amount by weights so that the parts add up to it, to the fen."""

from odoo.tools import float_round


def split_amount(amount, weights, rounding):
    """Return one part of ``amount`` per weight; their sum is the amount itself.

    What rounding down leaves over goes, one smallest unit each, to the parts with the
    largest remainders; of equal ones to the earlier.

    :param amount: float, in a currency of this ``rounding``
    :param weights: list of non-negative floats, not all zero
    :param rounding: smallest unit of the currency, such as 0.01
    """
    total = sum(weights)
    if not total:
        return [0.0 for _weight in weights]
    units = round(amount / rounding)
    exact = [units * weight / total for weight in weights]
    # A hair below a whole number is that number: floats, not remainders.
    parts = [int(value + 1e-6) for value in exact]
    left = units - sum(parts)
    order = sorted(range(len(parts)), key=lambda i: (-round(exact[i] - parts[i], 6), i))
    for index in order[:left]:
        parts[index] += 1
    return [float_round(part * rounding, precision_rounding=rounding) for part in parts]
