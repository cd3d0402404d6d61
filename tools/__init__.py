"""The parts of ``./crm``: getting Odoo, its databases, tests and benchmarks."""
