"""Which part of the complaint form each step fills, and what it must not leave open."""

# What the salesperson establishes before the form is sent (CMP-07, CMP-26).
INTAKE_FIELDS = (
    "partner_id",
    "contact_id",
    "date",
    "channel",
    "sale_order_id",
    "order_reference",
    "picking_id",
    "delivery_date",
    "product_id",
    "part_number",
    "lot_id",
    "delivered_quantity",
    "defective_quantity",
    "quantity_open",
    "description",
    "demand",
    "opinion",
    "sample_attached",
    "company_id",
)
# Which fields each step may fill; what is in no list is free to whoever may write.
STEP_FIELDS = {
    "draft": (*INTAKE_FIELDS, "category_id", "amount_claim", "claim_currency_id"),
    "received": ("category_id",),
    "quality": ("category_id", "cause", "responsible_department_id", "needs_rd"),
    "production": (
        "production_cause",
        "countermeasure",
        "production_unit",
        "shift",
        "production_employee_ids",
        "production_date",
        "needs_rd",
    ),
    "manager_instruction": ("manager_instruction", "needs_rd"),
    "rd": ("rd_opinion",),
    "gmo_check": ("gmo_check",),
    "sales_opinion": ("sales_opinion", "negotiation_result", "amount_claim"),
    "supervisor_reading": ("supervisor_reading",),
    "gmo_summary": (
        "category_id",
        "summary",
        "improvement_tracked",
        "amount_claim",
        "amount_settlement",
        "resolution_ids",
    ),
    # Approved values stay open: changing one voids the decision for all to see.
    "decision": ("amount_claim", "amount_settlement", "resolution_ids"),
    "decided": ("amount_claim", "amount_settlement", "resolution_ids"),
    "executing": (
        "amount_claim",
        "amount_settlement",
        "resolution_ids",
        "execution_result",
    ),
    "not_substantiated": ("customer_answer", "collection_date"),
    "collecting": ("customer_answer", "collection_date"),
}
# What must be filled before the step is left.
STEP_REQUIRED = {
    "draft": (
        "product_id",
        "delivery_date",
        "delivered_quantity",
        "description",
        "demand",
        "opinion",
    ),
    "quality": ("category_id", "cause", "responsible_department_id"),
    "production": (
        "production_cause",
        "countermeasure",
        "production_unit",
        "shift",
        "production_date",
    ),
    "manager_instruction": ("manager_instruction",),
    "rd": ("rd_opinion",),
    "gmo_check": ("gmo_check",),
    "sales_opinion": ("sales_opinion", "negotiation_result"),
    "gmo_summary": ("summary", "resolution_ids"),
    "executing": ("execution_result",),
    "not_substantiated": ("customer_answer", "collection_date"),
}
