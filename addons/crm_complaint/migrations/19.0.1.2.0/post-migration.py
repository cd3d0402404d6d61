"""The third copy of the handling form is kept by the sales department, not by sales."""


def migrate(cr, version):
    """Correct the shipped name where it still stands; later data do not touch it."""
    cr.execute(
        "UPDATE crm_complaint_copy c SET name = c.name"
        """ || CASE WHEN c.name->>'en_US' = 'Sales'"""
        """ THEN '{"en_US": "Sales Department"}'::jsonb ELSE '{}'::jsonb END"""
        """ || CASE WHEN c.name->>'zh_CN' = '销售额'"""
        """ THEN '{"zh_CN": "业务部门"}'::jsonb ELSE '{}'::jsonb END"""
        " FROM ir_model_data d WHERE d.module = 'crm_complaint'"
        " AND d.name = 'copy_sales' AND d.model = 'crm.complaint.copy'"
        " AND d.res_id = c.id"
    )
