"""Leave work unfinished at a company with documents, as any company does.

A registration, a return and a visit wait for a decision, and one manager has handed
over the decisions on returns alone.
"""
