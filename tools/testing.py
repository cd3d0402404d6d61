def command(options):
    raise NotImplementedError
