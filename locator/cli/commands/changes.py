"""Answer what the city says that it has changed, with people."""

from __future__ import annotations

import click

from locator.cli.commands._common import console, geodata_option, load, print_body, table, working
from locator.cli.commands._forms import json_option


@click.command()
@json_option
@geodata_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Answer each claim of the city with people: before, after, gained, and what is not known.

    \b
    Examples:
      locator changes
      locator changes --json
    """
    from locator.api.asking import body_of
    from locator.api.queries import NoParams
    from locator.api.two_years import answers_of, two_years
    from locator.base.i18n import speaking
    from locator.reports.changes import answer_said, between, period_said

    app = load(ctx)
    with speaking("en"):
        with working("Counting …"):
            found = answers_of(app)
        if as_json:
            print_body(body_of(two_years(app, NoParams())))
            return
        out = console()
        out.print(period_said(app.city) or "This city folder says nothing of changes.")
        rows = table(
            "Claims", {"claim": "left", "before": "right", "after": "right", "gained": "right"}
        )
        for one in found:
            pairs = (
                (one.before_low, one.before_high),
                (one.after_low, one.after_high),
                (one.gained_low, one.gained_high),
            )
            rows.add_row(one.claim.names["en"], *(between(*pair) for pair in pairs))
        if found:
            out.print(rows)
        for one in found:
            out.print(f"- {one.claim.said['en']} {answer_said(app.city, one)}")
            if one.claim.missing:
                out.print(f"  {one.claim.missing['en']}")
