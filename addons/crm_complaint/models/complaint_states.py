"""Where a complaint can be, and which step leads where (SM-10, SM-13)."""

# The state machine SM-10: where the complaint is, and what follows. In an order that
# every flow passes from first to last: boards and status bars show it.
STATES = [
    ("draft", "Draft"),  # the salesperson fills the form
    ("received", "Received by GM's Office"),  # to be numbered and registered
    ("quality", "Quality Management"),  # cause and responsible department
    ("production", "Production Unit"),  # cause analysis and countermeasure
    ("manager_instruction", "Manager's Instruction"),
    ("rd", "R&D Opinion"),  # only if the abnormality needs it
    ("gmo_check", "GM's Office Check"),
    ("sales_opinion", "Sales Opinion"),  # opinion, negotiation with the customer
    ("supervisor_reading", "Supervisor Reading"),
    ("gmo_summary", "Consolidated Opinion"),
    # The lighter flows (SM-13): eight steps, or a problem ticket
    ("recorded", "Recorded"),  # customer service classifies
    ("classified", "Classified"),  # are the reasons sufficient, the demand reasonable
    ("invalid", "Not Valid"),  # the customer gets a tactful reply
    ("assigned", "Responsible Department"),  # cause, or the solution of a ticket
    ("analysed", "Analysed"),  # the responsible department proposes a plan
    ("decision", "For Decision"),  # asked of whoever has the authority
    ("decided", "Decided"),
    ("executing", "Executing"),
    ("executed", "Executed"),  # the result goes to the customer
    ("answered", "Answered"),  # summary, evaluation, lessons
    ("not_substantiated", "Not Substantiated"),  # the customer gets an answer
    ("collecting", "Collecting Receivable"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]
TRANSITIONS = {
    # step: from -> to; the check says who may take it and what must be there
    "submit": {"from": ("draft",), "to": "received", "check": "_check_submit"},
    "cancel": {"from": ("draft",), "to": "cancelled"},
    "receive": {"from": ("received",), "to": "quality", "check": "_check_holder"},
    "answer_quality": {
        "from": ("quality",),
        "to": "production",
        "check": "_check_step_done",
    },
    "answer_production": {
        "from": ("production",),
        "to": "manager_instruction",
        "check": "_check_step_done",
    },
    "skip_instruction": {
        "from": ("production",),
        "to": "gmo_check",
        "check": "_check_step_done",
    },
    "instruct": {
        "from": ("manager_instruction",),
        "to": "gmo_check",
        "check": "_check_step_done",
    },
    "ask_rd": {
        "from": ("manager_instruction", "production"),
        "to": "rd",
        "check": "_check_step_done",
    },
    "answer_rd": {"from": ("rd",), "to": "gmo_check", "check": "_check_step_done"},
    "gmo_check": {
        "from": ("gmo_check",),
        "to": "sales_opinion",
        "check": "_check_step_done",
    },
    "answer_sales": {
        "from": ("sales_opinion",),
        "to": "supervisor_reading",
        "check": "_check_step_done",
    },
    "read": {
        "from": ("supervisor_reading",),
        "to": "gmo_summary",
        "check": "_check_step_done",
    },
    # gmo_summary -> decision -> decided or not_substantiated: crm_complaint_decision
    "execute": {"from": ("decided",), "to": "executing", "check": "_check_execute"},
    "collect": {
        "from": ("not_substantiated",),
        "to": "collecting",
        "check": "_check_step_done",
    },
    "close": {
        "from": ("decided", "executing", "collecting", "invalid", "answered"),
        "to": "closed",
        "check": "_check_close",
    },
    # The lighter flows. analysed -> decision -> decided: crm_complaint_generic
    "record": {"from": ("draft",), "to": "recorded", "check": "_check_submit"},
    "classify": {
        "from": ("recorded",),
        "to": "classified",
        "check": "_check_step_done",
    },
    "assign_ticket": {
        "from": ("recorded",),
        "to": "assigned",
        "check": "_check_step_done",
    },
    "accept": {"from": ("classified",), "to": "assigned", "check": "_check_accept"},
    "turn_down": {
        "from": ("classified",),
        "to": "invalid",
        "check": "_check_turn_down",
    },
    "analyse": {"from": ("assigned",), "to": "analysed", "check": "_check_step_done"},
    "solve_ticket": {
        "from": ("assigned",),
        "to": "executed",
        "check": "_check_step_done",
    },
    "carry_out": {
        "from": ("executing",),
        "to": "executed",
        "check": "_check_step_done",
    },
    "report_result": {
        "from": ("executed",),
        "to": "answered",
        "check": "_check_step_done",
    },
}
