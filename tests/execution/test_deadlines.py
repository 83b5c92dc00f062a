"""Of many runs whose time is watched, each that still goes on when it is over is named, once."""

from __future__ import annotations

import asyncio

from linodctl.execution.deadlines import Deadlines


def test_who_still_goes_on_is_named_in_time() -> None:
    async def told() -> list[int]:
        loop, named, all_named = asyncio.get_running_loop(), list[int](), asyncio.Event()

        def name(run_id: int) -> None:
            named.append(run_id)
            if run_id == 5:
                all_named.set()

        deadlines = Deadlines(loop, name)
        for run_id, seconds in ((1, 0.01), (2, 3600), (3, 0.01), (4, 0.001)):
            deadlines.add(run_id, seconds)
        deadlines.drop(1, 0.01)  # the timer was for this one
        deadlines.drop(9, 0.01)
        while 3 not in named:
            await asyncio.sleep(0)
        deadlines.add(5, 0.01)
        await asyncio.wait_for(all_named.wait(), 20)
        return named

    assert asyncio.run(told()) == [4, 3, 5]
