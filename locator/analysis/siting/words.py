"""Say in words how sure it is that no other sites are better, and how many are as good."""

from __future__ import annotations

from locator.analysis.siting.query import time_limit_s
from locator.analysis.siting.solve import Siting
from locator.base.i18n import gettext, ngettext, number, percent
from locator.base.rounding import upwards


def certainty(siting: Siting) -> tuple[str, ...]:
    """Return what page, report and command line say of a choice: sureness, equals, the search.

    Parameters
    ----------
    siting : Siting

    Returns
    -------
    tuple of str
        Sentences in the language that is spoken; none where there is no site.
    """
    if siting.sites.empty:
        return ()
    return _sureness(siting), *_equals(siting), _search(siting)


def _sureness(siting: Siting) -> str:
    if siting.query.objective == "target_share":
        if siting.proven:
            return gettext("No choice of fewer sites reaches the share: this is proven.")
        return ngettext(
            "At least {n} site is needed; that fewer than these are enough is not ruled out.",
            "At least {n} sites are needed; that fewer than these are enough is not ruled out.",
            int(siting.bound),
        )
    if siting.query.objective == "budget":
        if siting.proven:
            return gettext("No other choice for this money gains more: this is proven.")
        return gettext(
            "Another choice for this money can gain at most {gap} more than this one.",
            gap=percent(upwards(siting.gap, digits=3), 1),
        )
    if siting.query.objective == "centre" and not siting.proven:
        return gettext(
            "Another choice of as many sites can make the longest walk at most {minutes} min "
            "shorter still.",
            minutes=number(upwards(siting.bound - siting.sites["total"].iloc[-1], digits=1), 1),
        )
    if siting.proven:
        return gettext("No other choice of as many sites gains more: this is proven.")
    return gettext(
        "Another choice of as many sites can gain at most {gap} more than this one.",
        gap=percent(upwards(siting.gap, digits=3), 1),
    )


def _equals(siting: Siting) -> tuple[str, ...]:
    if not siting.ties:
        return ()
    if siting.query.objective == "target_share":
        return (
            ngettext(
                "At least {n} other choice of as many sites reaches the share; it differs from "
                "this one in one site. Of all known this one serves most people.",
                "At least {n} other choices of as many sites reach the share; each differs from "
                "this one in one site. Of all known this one serves most people.",
                siting.ties,
            ),
        )
    counted = (
        ngettext(
            "{n} other place would gain as much.",
            "{n} other places would gain as much.",
            siting.ties,
        )
        if len(siting.sites) == 1
        else ngettext(
            "At least {n} other choice gains as much; it differs from this one in one site.",
            "At least {n} other choices gain as much; each differs from this one in one site.",
            siting.ties,
        )
    )
    if siting.query.objective in ("median", "centre"):
        return (counted,)
    return counted, gettext(
        "Among equals the shorter walk of those served decides, in whole minutes; then the more "
        "people within reach beyond what the site can take; then the more people short of places."
    )


def _search(siting: Siting) -> str:
    if siting.query.method == "greedy":
        return gettext("Chosen one site after the other, without a search for better ones.")
    seconds = time_limit_s(siting.query)
    limit = number(seconds, 0 if seconds == int(seconds) else 1)
    if siting.query.method == "exact":
        words = gettext(
            "Exact search: for the proof, computing that usually takes up to {seconds} s.",
            seconds=limit,
        )
    elif siting.proven:
        words = gettext("The quick search proved it: the exact one would gain as much.")
    else:
        words = gettext(
            "Quick search: computing that usually takes up to {seconds} s.", seconds=limit
        )
    if siting.timed_out:
        words += " " + gettext(
            "That was not enough for a proof; this is the best that was known then."
        )
    return words
