"""Numbers with check characters."""

from stdnum.cn import uscc


def credit_code(number):
    """A valid unified social credit code of Yinchuan, another for each number."""
    head = f"91640100MA{number:07d}"
    return head + uscc.calc_check_digit(head)
