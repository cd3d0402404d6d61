"""The company and people that the addons' tests begin with, made once for all."""

from script_env import environment, parser


def main():
    with environment(parser().parse_args()) as env:
        from odoo.addons.crm_policy.tests.common import make_company

        make_company(env)


if __name__ == "__main__":
    main()
