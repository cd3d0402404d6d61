{
    "name": "CRM Visits and Complaints",
    "summary": "A visit finding becomes a customer complaint",
    "version": "19.0.1.0.0",
    "category": "Customer Management",
    "website": "https://github.com/crm-policy/crm-policy",
    "author": "CRM Policy Contributors",
    "license": "LGPL-3",
    "depends": ["crm_visit", "crm_complaint"],
    "data": [
        "data/policy_rule_data.xml",
        "views/crm_visit_finding_views.xml",
        "views/crm_complaint_views.xml",
    ],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
