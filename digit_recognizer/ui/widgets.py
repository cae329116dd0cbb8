"""Draws the progress of a training as HTML; knows nothing about workers or Gradio."""

import html


def render_status(headline: str, detail: str = "", share: float | None = None) -> str:
    """A headline, a bar and plain sentences below it, each line of `detail` on its own.

    share: how much of the training is done, 0 to 1; None leaves the bar empty.
    """
    done = 0 if share is None else round(min(max(share, 0), 1) * 100, 1)
    running = " running" if share is not None else ""
    return (
        f'<div class="status{running}"><p class="status-headline" aria-live="polite">'
        f'{html.escape(headline)}</p><div class="progress" role="progressbar" '
        f'aria-label="{html.escape(headline)}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{done:g}"><span style="width:{done:g}%"></span></div>'
        f'<p class="status-detail">{html.escape(detail)}</p></div>'
    )
