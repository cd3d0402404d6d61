"""Export the terms of addons, one FOLDER/ADDON.pot each."""

from pathlib import Path

from script_env import environment, parser, progress


def main():
    arguments = parser()
    arguments.add_argument("folder")
    arguments.add_argument("addons", nargs="+")
    options = arguments.parse_args()
    with environment(options) as env:
        from odoo.tools.translate import trans_export

        for number, addon in enumerate(options.addons):
            progress(number / len(options.addons), addon)
            with open(Path(options.folder) / f"{addon}.pot", "wb") as stream:
                trans_export(None, [addon], stream, "po", env)


if __name__ == "__main__":
    main()
