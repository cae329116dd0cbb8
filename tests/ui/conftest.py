import asyncio

import pytest


@pytest.fixture(autouse=True, scope="module")
def event_loops():
    """Closes the loops that each `gr.Blocks` makes and leaves open."""
    loops, new_event_loop = [], asyncio.new_event_loop

    def new_kept_loop():
        loops.append(new_event_loop())
        return loops[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "new_event_loop", new_kept_loop)
        yield
    asyncio.set_event_loop(None)
    for loop in loops:
        loop.close()
