"""Medians, spreads, and tables."""

import statistics


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def spread(values):
    """How far apart the values are: half the range between the quartiles, as a share of the median."""
    values = sorted(value for value in values if value is not None)
    if len(values) < 2 or not median(values):
        return None
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / 2 / median(values)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else None


def cell(value, digits):
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:,.{digits}f}"


def with_spread(values, digits=0):
    """A median and its spread, as `812 ±3%`."""
    middle, around = median(values), spread(values)
    if middle is None:
        return "-"
    # The spread of next to nothing says nothing.
    return cell(middle, digits) + ("" if around is None or around > 9.99 else f" ±{around * 100:.0f}%")


def table(title, heads, rows):
    """Prints a table; the first column is text, the others are numbers."""
    widths = [max(len(str(row[column])) for row in [heads, *rows]) for column in range(len(heads))]
    print(f"\n{title}\n")
    for row in [heads, ["-" * width for width in widths], *rows]:
        first, *rest = row
        words = [str(first).ljust(widths[0])] + [str(word).rjust(width) for word, width in zip(rest, widths[1:])]
        print(("  " + "  ".join(words)).rstrip())
    print(flush=True)
