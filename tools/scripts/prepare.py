"""Languages, company and chart of accounts of a new database."""

from script_env import environment, parser, progress

LANGUAGES = ("en_US", "zh_CN")
TIMEZONE = "Asia/Shanghai"
CHART = "cn"


def main():
    with environment(parser().parse_args()) as env:
        progress(0.05, "zh_CN")
        install_languages(env)
        progress(0.7, "company")
        prepare_company(env)
        prepare_users(env)
        progress(0.8, "chart of accounts")
        load_chart(env)
        # initdb with its cache keeps attachments in the database; here they go
        # to the files, as in any other database of Odoo.
        progress(0.95, "files")
        env["ir.attachment"].force_storage()


def install_languages(env):
    langs = env["res.lang"].with_context(active_test=False)
    for code in LANGUAGES:
        langs._activate_lang(code)
    installed = env["ir.module.module"].search([("state", "=", "installed")])
    installed._update_translations(["zh_CN"])


def prepare_company(env):
    currency = env.ref("base.CNY")
    currency.active = True
    env.company.write({"country_id": env.ref("base.cn").id, "currency_id": currency.id})
    # Its days begin at midnight there: limits, dates of forms and crons follow it.
    env["resource.calendar"].with_context(active_test=False).search([]).tz = TIMEZONE


def prepare_users(env):
    users = env["res.users"].with_context(active_test=False).search([])
    users.write({"lang": "zh_CN", "tz": TIMEZONE})
    defaults = env["ir.default"]
    defaults.set("res.partner", "lang", "zh_CN")
    defaults.set("res.partner", "tz", TIMEZONE)


def load_chart(env):
    if "account.chart.template" in env and env.company.chart_template != CHART:
        charts = env["account.chart.template"]
        charts.try_loading(CHART, env.company, install_demo=False)


if __name__ == "__main__":
    main()
