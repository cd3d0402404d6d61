"""Seconds until a stopped system answers again: a second ./crm run takes under 15."""

LIMIT = 15.0
TIMES = 3


def run(bench):
    template = bench.workbench.template()
    taken = []
    with bench.workbench.database("bench-restart", template) as name:

        def restart():
            bench.workbench.target.stop()
            bench.workbench.target.ensure()
            with bench.workbench.serving(name):
                pass

        restart()
        for _number in range(TIMES):
            taken.append(bench.seconds(restart))
    bench.table("From stopped to answering", ("run", "seconds"), enumerate(taken, 1))
    worst = max(taken)
    return [f"{worst:.1f} s, {LIMIT:.0f} s is the most"] if worst > LIMIT else []
