"""Unified social credit codes and telephone numbers that look real and check out."""

#: Characters of the code (GB 32100) in the order of their values, and the weights.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
#: The nine characters of the organisation code in it (GB 11714) check themselves.
ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def check_character(code):
    """Return the 18th character of a code of which 17 are given."""
    total = sum(
        ALPHABET.index(char) * weight
        for char, weight in zip(code[:17], WEIGHTS, strict=True)
    )
    return ALPHABET[-total % 31]


def organisation_character(code):
    """Return the ninth character of an organisation code of which eight are given."""
    total = sum(
        ORGANISATION.index(char) * weight
        for char, weight in zip(code[:8], ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[(11 - total % 11)]


def credit_code(rng, division, individual=False):
    """Return a valid code of a company registered in an administrative division.

    :param division: six digits of the division
    :param individual: an individual business instead of a company
    """
    body = "MA" + "".join(rng.choice(ALPHABET) for _i in range(6))
    code = f"9{2 if individual else 1}{division}{body}{organisation_character(body)}"
    return code + check_character(code)


def wrong_credit_code(code):
    """Return a code with a wrong check character."""
    return code[:17] + ALPHABET[(ALPHABET.index(code[17]) + 1) % 31]


def mobile(rng):
    """Return a mobile number of China with its country code."""
    prefix = rng.choice(("138", "139", "150", "151", "177", "189", "186", "133"))
    digits = f"{rng.randrange(10**8):08d}"
    return f"+86 {prefix} {digits[:4]} {digits[4:]}"


def landline(rng, area):
    """Return a landline number of China with its country code."""
    digits = f"{rng.randrange(2, 9)}{rng.randrange(10**6):06d}"
    return f"+86 {area[1:]} {digits}"
