from . import crm_policy_rule_month
