PARTS = {}


def command(options):
    raise NotImplementedError
