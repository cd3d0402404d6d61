"""The people of the company that the tests from outside work with."""

#: Login (also the password), name, groups, department (policy code), heads it.
PEOPLE = (
    ("sales1", "马晓军", ("crm_policy.group_user",), "sales", False),
    # May take files out of the system at all; which ones, the data requests say.
    (
        "sales2",
        "赵文娟",
        ("crm_policy.group_user", "base.group_allow_export"),
        "sales",
        False,
    ),
    ("sales3", "陈志远", ("crm_policy.group_user",), "sales", False),
    # Leaves in the documented examples.
    ("leaver", "丁海涛", ("crm_policy.group_user",), "sales", False),
    ("sales_head", "李卫东", ("crm_policy.group_manager",), "sales", True),
    ("marketing", "吴晓峰", ("crm_policy.group_manager",), "marketing", True),
    ("quality", "郑国平", ("crm_policy.group_user",), "quality", True),
    ("manufacturing", "冯大勇", ("crm_policy.group_user",), "manufacturing", True),
    ("technical", "曹振华", ("crm_policy.group_user",), "technical", True),
    ("pmc", "蒋立新", ("crm_policy.group_user",), "pmc", True),
    ("production", "韩春生", ("crm_policy.group_user",), "production", True),
    ("rd", "沈佳怡", ("crm_policy.group_user",), "rd", True),
    ("gmo", "王秀兰", ("crm_policy.group_gm_office",), "gmo", True),
    (
        "storage",
        "高永福",
        ("crm_policy.group_user", "stock.group_stock_user"),
        "storage",
        True,
    ),
    (
        "accounting",
        "谢敏",
        ("crm_policy.group_user", "account.group_account_invoice"),
        "accounting",
        True,
    ),
    ("director", "周海涛", ("crm_policy.group_director",), None, False),
    (
        "marketing_director",
        "蒋丽华",
        ("crm_customer_archive.group_marketing_director",),
        "marketing",
        False,
    ),
    (
        "service_manager",
        "何春梅",
        ("crm_customer_archive.group_service_manager",),
        "service",
        False,
    ),
    ("deputy", "丁志强", ("crm_policy.group_deputy_gm",), None, False),
    ("gm", "马建国", ("crm_policy.group_gm",), None, False),
    ("policy", "罗静", ("crm_policy.group_admin",), "hr", True),
    ("desk", "杨晓燕", ("crm_policy.group_specialist",), "service", False),
    (
        "hr_officer",
        "田桂兰",
        ("crm_policy.group_user", "hr.group_hr_user"),
        None,
        False,
    ),
    (
        "custodian",
        "何淑芬",
        ("crm_customer_archive.group_archive_custodian",),
        "service",
        False,
    ),
    ("outsider", "白桂芳", ("base.group_user",), "production", False),
)
LOGINS = tuple(person[0] for person in PEOPLE)
