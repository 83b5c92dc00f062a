"""Keep doing it: the asyncio shell around `planning.Scheduler`.

read the clock once ─► hear wishes and results ─► decide (pure) ─► record in ONE transaction ─► act
      ▲                                                                                          │
      └───────────── sleep until the next slot, a report, a wish or a chore ◄────────────────────┘
"""
