"""`python -m stockpool_amazon_sim.sp_api`: the same as `stockpool-amazon-sim`."""

from __future__ import annotations

from stockpool_amazon_sim.sp_api.command import main

if __name__ == "__main__":
    main()
