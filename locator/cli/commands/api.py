"""Ask anything that the API answers, without a server."""

from __future__ import annotations

import click

from locator.base.echo import cut
from locator.cli.commands._common import console, geodata_option, load, print_body, table, working

LANGUAGES = ("en", "pl", "uk")


@click.command()
@click.argument("name", required=False)
@click.argument("parameters", nargs=-1, metavar="[PARAMETER=VALUE]...")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Language of what is said in the answer.",
)
@geodata_option
@click.pass_context
def api(ctx: click.Context, name: str | None, parameters: tuple[str, ...], language: str) -> None:
    """Print what the operation NAME of the API answers, byte for byte; without NAME, all names.

    PARAMETERS are those of the API, the ones in its address among them.

    \b
    Examples:
      locator api
      locator api search q="Rynek Główny 1"
      locator api layer_features layer=aeds
      locator api isochrone lon=19.9383 lat=50.0614 minutes=5 minutes=10
      locator api aed_hours_csv minutes=3
    """
    from locator.api.asking import OPERATIONS, ask
    from locator.api.openapi import IN_PATH
    from locator.api.parsing import Pairs
    from locator.base.i18n import speaking

    if name is None:
        made = table("", dict.fromkeys(("name", "address", "answers"), "left"))
        for one in OPERATIONS.values():
            made.add_row(one.name, one.path, one.summary)
        console().print(made)
        return
    if name not in OPERATIONS:
        known = ", ".join(OPERATIONS)
        raise click.BadParameter(f"There is no {cut(name)}. Names: {known}.", param_hint="NAME")
    pairs = [_pair(one) for one in parameters]
    in_path = IN_PATH.findall(OPERATIONS[name].path)
    path = {key: value for key, value in pairs if key in in_path}
    given = Pairs(pair for pair in pairs if pair[0] not in in_path)
    app = load(ctx)
    with speaking(language), working("Answering …"):
        body = ask(app, OPERATIONS[name], given, **path)
    print_body(body)


def _pair(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals:
        raise click.BadParameter(
            f"{cut(given)} has to be NAME=VALUE.", param_hint="PARAMETER=VALUE"
        )
    return name, value
