"""The customer list (客户一览表) as a spreadsheet, for Odoo's own import.

Its columns are those of the import template of the customer archive, in Chinese, so the
import of a Chinese user maps them by itself. The same seed gives the same list; nothing
of it is kept in the repository.

>>> write_xlsx("customers.xlsx", rows(200))
"""

import random

from . import codes, words

#: Header of each column, as the template of the customer archive has it.
HEADER = (
    "名称",
    "是公司",
    "公司性质",
    "中间商类型",
    "统一社会信用代码",
    "法定代表人",
    "注册资本",
    "城市",
    "街道",
    "联系人全名",
    "联系人职务",
    "联系人电话",
    "客户来源",
    "生命周期阶段",
    "银行/账户编号",
)
SHEET = "客户一览表"
KINDS = {
    "分销商": "{}服饰商贸有限公司",
    "代理商": "{}品牌代理有限公司",
    "经销商": "{}服装销售有限公司",
    "批发商": "{}服装批发有限公司",
    "零售商": "{}购物中心有限公司",
}
#: What is wrong in the second row of ``broken_rows``.
BROKEN = ("duplicate", "credit_code", "legal_representative")
SEED = 200


def rows(n=200, seed=SEED):
    """Return ``n`` customers as dicts by header, each with a valid credit code."""
    rng = random.Random(seed)
    cities, kinds = list(words.CITIES), list(KINDS)
    names = set()
    result = []
    while len(result) < n:
        row = _row(rng, cities[len(result) % len(cities)], kinds[len(result) % 5])
        if row["名称"] not in names:
            names.add(row["名称"])
            result.append(row)
    return result


def broken_rows(kind, n=5, seed=SEED + 1):
    """Return a list whose second row must be refused.

    :param kind: ``duplicate`` (the first row's credit code once more),
        ``credit_code`` (wrong check character) or ``legal_representative`` (missing)
    :raises ValueError: another kind
    """
    result = rows(n, seed)
    if kind == "duplicate":
        result[1]["统一社会信用代码"] = result[0]["统一社会信用代码"]
    elif kind == "credit_code":
        code = result[1]["统一社会信用代码"]
        result[1]["统一社会信用代码"] = codes.wrong_credit_code(code)
    elif kind == "legal_representative":
        result[1]["法定代表人"] = None
    else:
        raise ValueError(f"{kind!r}: one of {', '.join(BROKEN)}")
    return result


def write_xlsx(path, rows):
    """Write customers as a spreadsheet.

    :param path: file name or a binary stream such as ``io.BytesIO``
    :param rows: dicts by header, as ``rows`` returns them
    :return: ``path``
    """
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(HEADER)
    for row in rows:
        sheet.append([row[name] for name in HEADER])
    for column in sheet.columns:
        letter = column[0].column_letter
        sheet.column_dimensions[letter].width = 22
    book.save(path)
    return path


def _row(rng, city, kind):
    _state, division, _zip, _area, streets = words.CITIES[city]
    brand = rng.choice(words.BRANDS) + rng.choice("源达茂昌泰丰荣盛兴和顺利")
    return {
        "名称": city + KINDS[kind].format(brand),
        "是公司": 1,
        "公司性质": "有限责任公司",
        "中间商类型": kind,
        "统一社会信用代码": codes.credit_code(rng, division),
        "法定代表人": _person(rng),
        "注册资本": rng.choice((50, 100, 200, 500, 1000)) * 10000,
        "城市": f"{city}市",
        "街道": f"{rng.choice(streets.split())}{rng.randrange(1, 300)}号",
        "联系人全名": _person(rng),
        "联系人职务": rng.choice(("采购经理", "店长", "业务主管", "商品部经理")),
        "联系人电话": codes.mobile(rng),
        "客户来源": "展会",
        "生命周期阶段": "意向客户",
        "银行/账户编号": f"6222{rng.randrange(10**12):012d}",
    }


def _person(rng):
    return rng.choice(words.SURNAMES) + rng.choice(words.GIVEN)
