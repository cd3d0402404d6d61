"""The people of the demo company; the password of each is the login."""

#: Login, name, job, department (policy code, or key of ``HEADQUARTERS``), whether the
#: person heads it, and the groups: ours without the addon, others in full.
PEOPLE = (
    ("gm", "马建国", "总经理", "board", True, ("group_gm",)),
    ("deputy", "丁志强", "副总经理", "board", False, ("group_deputy_gm",)),
    ("director", "周海涛", "营销总监", "center", True, ("group_director",)),
    ("gmo", "王秀兰", "总经理办公室主任", "gmo", True, ("group_gm_office",)),
    ("sales_head", "李卫东", "业务部经理", "sales", True, ("group_manager",)),
    ("sales1", "马晓军", "业务员（银川）", "sales", False, ("group_user",)),
    ("sales2", "赵文娟", "业务员（宁夏各市）", "sales", False, ("group_user",)),
    ("sales3", "陈志远", "业务员（甘肃、陕西）", "sales", False, ("group_user",)),
    ("sales4", "杨丽华", "业务员（内蒙古、新疆）", "sales", False, ("group_user",)),
    ("sales5", "刘子扬", "业务员（国外）", "sales", False, ("group_user",)),
    ("clerk", "何小梅", "销售内勤", "service", False, ("group_specialist",)),
    ("service", "孙玉琴", "客户服务主管", "service", True, ("group_specialist",)),
    ("marketing", "吴晓峰", "市场部经理", "marketing", True, ("group_manager",)),
    ("quality", "郑国平", "品质管理部经理", "quality", True, ("group_user",)),
    ("manufacturing", "冯大勇", "制造部经理", "manufacturing", True, ("group_user",)),
    ("production", "韩春生", "生产部经理", "production", True, ("group_user",)),
    ("rd", "沈佳怡", "研发部经理", "rd", True, ("group_user",)),
    ("technical", "曹振华", "技术部经理", "technical", True, ("group_user",)),
    ("pmc", "蒋立新", "生产与物料控制部经理", "pmc", True, ("group_user",)),
    (
        "storage",
        "高永福",
        "成品仓库主管",
        "storage",
        True,
        ("group_user", "stock.group_stock_user"),
    ),
    (
        "accounting",
        "谢敏",
        "财务部经理",
        "accounting",
        True,
        ("group_user", "account.group_account_manager"),
    ),
    (
        "hr",
        "罗静",
        "人力资源部经理",
        "hr",
        True,
        ("group_user", "hr.group_hr_manager"),
    ),
)
#: More rights of some people: sales orders of everybody, setting up the stock, the
#: offices of the customer archive.
MORE_GROUPS = {
    "accounting": ("sales_team.group_sale_salesman_all_leads",),
    "clerk": (
        "sales_team.group_sale_salesman_all_leads",
        "crm_customer_archive.group_archive_custodian",
    ),
    "director": ("crm_customer_archive.group_marketing_director",),
    "service": (
        "sales_team.group_sale_salesman_all_leads",
        "crm_customer_archive.group_service_manager",
    ),
    "storage": ("stock.group_stock_manager",),
}
#: Departments above those the policies know, with the one above each.
HEADQUARTERS = {"board": ("公司领导", None), "center": ("营销中心", "board")}
#: Departments of the marketing centre; the others report to the general manager.
CENTER = ("sales", "marketing", "service")
#: Workers without a login: they sew what complaints are about.
WORKERS = ("白桂芳", "田金花", "苏玉兰", "海学文", "纳志刚")
#: Salespeople and the places they look after.
AREAS = {
    "sales1": ("银川",),
    "sales2": ("石嘴山", "吴忠", "固原", "中卫"),
    "sales3": ("兰州", "天水", "平凉", "西安", "宝鸡", "榆林"),
    "sales4": ("呼和浩特", "包头", "鄂尔多斯", "乌鲁木齐", "喀什"),
    "sales5": ("乌兰巴托", "阿拉木图", "吉隆坡"),
}

#: Login, password and role, as ``./crm run`` prints them.
LOGINS = [(login, login, f"{job} {name}") for login, name, job, *_rest in PEOPLE]
