"""Reminders of many documents at once."""


def remind_batch(env, activity_type, rows):
    """Put an activity for each row on a person's list, due today where it belongs.

    No mail goes out for each: the activity list and its counter tell.

    :param activity_type: external id
    :param rows: list of (record, user, vals): a document of any model that has
        activities and a company, whose list it is, and what the activity says
        (``summary``, perhaps ``note``)
    """
    kind, ids = env.ref(activity_type), {}
    for record, _user, _vals in rows:
        ids.setdefault(record._name, []).append(record.id)
    for name, found in ids.items():
        # Read names and companies at once: activities ask for them one by one.
        documents = env[name].browse(found)
        documents.mapped("display_name")
        documents.mapped("company_id")
    days, vals_list = {}, []
    for record, user, vals in rows:
        company = record.company_id
        if company not in days:
            days[company] = company._policy_today()
        vals_list.append(
            {
                "activity_type_id": kind.id,
                "res_model_id": env["ir.model"]._get_id(record._name),
                "res_id": record.id,
                "user_id": user.id,
                "date_deadline": days[company],
                "automated": True,
                **vals,
            }
        )
    quick = env["mail.activity"].with_context(mail_activity_quick_update=True)
    # sudo: reminders are for colleagues, too
    return quick.sudo().create(vals_list)
