"""Reminders of many documents at once."""


def remind_batch(env, activity_type, rows):
    """Put one activity for each row on a person's list.

    No mail goes out for each: the activity list and its counter tell.

    :param activity_type: external id
    :param rows: list of (record, user, day it is due, summary), records of any models
        with activities
    """
    kind, models, vals_list = env.ref(activity_type), {}, []
    for record, user, day, summary in rows:
        models.setdefault(record._name, []).append(record.id)
        vals_list.append(
            {
                "activity_type_id": kind.id,
                "res_model_id": env["ir.model"]._get_id(record._name),
                "res_id": record.id,
                "summary": summary,
                "user_id": user.id,
                "date_deadline": day,
                "automated": True,
            }
        )
    for name, ids in models.items():
        # Read the names at once: activities ask for them one by one.
        env[name].browse(ids).mapped("display_name")
    quick = env["mail.activity"].with_context(mail_activity_quick_update=True)
    # sudo: reminders are for colleagues, too
    return quick.sudo().create(vals_list)
